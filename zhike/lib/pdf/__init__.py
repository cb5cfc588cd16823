"""PDF files made by the server: typeset by Typst in a Chinese font that comes along, so that a bare machine makes the same pages."""
