"""The named steps in order, as iterators of events; the command line, the window and the bridge use them."""
