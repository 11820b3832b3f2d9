#!/bin/sh
# tests/check_includes.sh - the house's own rules about its files: includes point only down, every file says what it is, and
# nothing lies around at the top. Prints `ok` or `not ok` for each rule, and each file that breaks it.
set -u
LC_ALL=C.UTF-8
export LC_ALL
cd "${top_srcdir:-.}" || exit 1

found=$(mktemp -d) || exit 1
trap 'rm -rf "$found"' EXIT

# A rule's breakers stand on standard input; it runs at a pipe's end, so a file remembers that one was broken.
rule() {
	cat >"$found/breakers"
	if [ -s "$found/breakers" ]; then
		: >"$found/failed"
		echo "not ok - $1"
		sed 's/^/    /' "$found/breakers"
	else
		echo "ok - $1"
	fi
}

# The rooms and their rows (server/README.md). Row mates are strangers to each other; so are the fronts.
cat >"$found/rows" <<'END'
base 0
codec 1
net 1
store 1
model 2
crypto 2
http 3
signer 3
ledger 4
registry 5
person 5
authn 5
jpki 5
assurance 5
transaction/caller 6.0
transaction/notice 6.0
transaction/policy 6.0
transaction/proofing 6.0
transaction/decision 6.1
transaction/client 6.2
transaction/session 6.2
transaction/authenticator 6.3
transaction/grant 6.1
transaction/release 6.1
transaction/taking 6.1
transaction/card 6.3
transaction/login 6.4
transaction/logout 6.3
transaction/account 6.5
transaction/desk 6.5
transaction/enrolment 6.5
transaction/phone 6.5
transaction/sign_on 6.6
front/oidc 7
front/saml 7
front/authzen 7
front/jpki 7
front/ledger 7
front/policy 7
front/registry 7
front/account 7
front/app 7
front/control 7
front/desk 7
front/enrol 7
front/login 7
front/sign_on 7
daemon 8
END

find server -name '*.[ch]' | sort >"$found/files"
xargs grep -H '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' <"$found/files" |
	sed 's/^\(server[^:]*\):[^"]*"\([^"]*\)".*/\1 \2/' >"$found/includes"

# Where a path's file lives: its folder, without the file's name.
awk -v rows="$found/rows" '
	function room(path) { sub(/^server\//, "", path); sub(/\/[^\/]*$/, "", path); return path }
	BEGIN { while ((getline line < rows) > 0) { split(line, f, " "); row[f[1]] = f[2] } }
	{
		from = room($1); to = room($2)
		if (!(from in row)) { print $1 ": the folder " from " has no row; add it here and to server/README.md"; next }
		if ($2 !~ /\//) { print $1 ": \"" $2 "\" is named without its folder"; next }
		if (!(to in row)) { print $1 ": \"" $2 "\" is in no room"; next }
		if (from != to && row[to] >= row[from])
			print $1 " (row " row[from] ") includes \"" $2 "\" (row " row[to] ")"
	}' "$found/includes" | rule "a file includes headers of its own folder and of lower rows only"

while read -r file; do
	folder=$(dirname "${file#server/}")
	grep -q "^$folder " "$found/rows" || echo "$file"
done <"$found/files" | rule "every file of server/ lies in a room"

for file in $(find server tests tools -name '*.[ch]' | sort); do
	IFS= read -r first <"$file"
	case $first in
	"/* ${file#server/} - "*) ;;
	*) echo "$file: begins with \"$first\"" ;;
	esac
done | rule "every file begins with its own name and what it is"

find server -name "*.h" | while read -r file; do
	grep -q '^#pragma once$' "$file" || echo "$file"
done | rule "every header is read once"

# Only where the checkout is; a release holds configure and its helpers too.
if [ -e .git ] && command -v git >/dev/null; then
	git ls-files | cut -d/ -f1 | sort -u | grep -vxE \
		'server|policy|schemas|tools|tests|\.ci|\.clang-tidy|\.gitignore|Makefile\.am|configure\.ac|README\.md|NEWS\.md|LICENSE' |
		rule "at the top lie only the five folders and what git, make and readers look for there"
else
	echo "skip - what lies at the top: this is no git checkout"
fi
[ ! -e "$found/failed" ]
