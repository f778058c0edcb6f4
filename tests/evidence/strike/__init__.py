"""One strike at one system call of the program, and what has to be true then. See kill.py beside this directory."""
