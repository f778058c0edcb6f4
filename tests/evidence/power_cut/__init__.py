"""Power cuts: what is on the disk after one, and whether `go` still works. See power.py beside this directory."""
