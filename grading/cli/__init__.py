"""The command line: parser, one function per command, and all that is printed to a terminal."""
