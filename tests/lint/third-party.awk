# Prints each include of a library's header outside the one place that may know the library.
BEGIN {
	place["^curl/"] = "fcgi/io/http"
	place["^fcgi"] = "fcgi/io/fcgi"
	place["^(mariadb/|mysql)"] = "fcgi/io/db"
	place["^libconfig"] = "fcgi/io/conf"
	place["^json-c/"] = "fcgi/base/json"
	place["^openssl/"] = "fcgi/base/crypto"
	place["^zlib"] = "fcgi/base/zip"
}
/^#[ \t]*include[ \t]*</ {
	split($0, after, "<")
	for (header in place) {
		if (after[2] ~ header && index(FILENAME, place[header]) != 1)
			print FILENAME ":" FNR ": <" after[2] " belongs in " place[header] ".c"
	}
}
