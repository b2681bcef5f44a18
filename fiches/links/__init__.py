"""Do the addresses we send readers to still answer? Finding them, asking them safely, remembering the answers."""
