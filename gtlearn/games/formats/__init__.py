"""Games as text, files and other packages' objects: each module reads or writes one form."""
