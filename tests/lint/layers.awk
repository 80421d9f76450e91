# Prints each include of a layer that the including file's layer may not know.
BEGIN {
	may["base"] = "base"
	may["io"] = "io base"
	may["core"] = "core base"
	may["lang"] = "lang base core"
	may["remote"] = "remote base core"
	may["store"] = "store base io core"
	may["flow"] = "flow base core lang remote store"
	may["task"] = "task base core lang remote store flow"
	may["work"] = "work base core io store flow task"
	may["hook"] = "hook base io core store"
	may["ctl"] = "ctl base io core store flow task"
	may["web"] = "web base io core lang store flow task"
}
FNR == 1 {
	parts = split(FILENAME, part, "/")
	layer = parts == 3 ? part[2] : "main"
	if (layer != "main" && !(layer in may))
		print FILENAME ": " layer " is no layer"
}
/^#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	if (layer == "main")
		next # the programs, and what they share, may know all
	if (split(quoted[2], to, "/") != 2) {
		print FILENAME ":" FNR ": write the folder: " $0
		next
	}
	if (index(" " may[layer] " ", " " to[1] " ") == 0)
		print FILENAME ":" FNR ": " layer " may not include " quoted[2]
}
