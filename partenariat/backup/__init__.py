"""Backups: one archive of one moment, the same whatever the database, read again on either.

`moment` looks at the database from one instant; `rows` says a row as a line of text; `media` names the files;
`archive` is the file's format, `sealing` its encryption; `making` and `restoring` go each way, `conversion` brings an
old archive to today's tables in a base of its own, `rotation` says which archives may go. Why so: decision 0014.
"""
