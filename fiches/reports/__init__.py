"""A workshop report: file → lines (`reading`), lines → segments (`parser`, pure), segments → rows (`writing`)."""
