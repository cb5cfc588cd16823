"""The kernel: descriptors, fields, the write path, rights, queries. It knows no business object."""
