/* front/login/return_path.c - where a browser may be sent after a login. */
#include "front/login/return_path.h"

static const char *const roots[] = { "/account/", "/desk/", "/enrol/", "/app/" };

static bool
begins_well(struct span path)
{
	for (size_t i = 0; i < COUNT(roots); i++)
		if (span_starts(path, roots[i]))
			return true;
	return false;
}

/* What stands in addresses as it is; browsers read a backslash as a slash, and pass over tabs and line feeds (URL
 * Standard s4.4). */
static bool
is_plain(struct span path)
{
	for (size_t i = 0; i < path.size; i++)
		if (path.data[i] <= ' ' || path.data[i] > '~' || path.data[i] == '\\')
			return false;
	return true;
}

/* "." and "..", also as %2e (URL Standard s4.2). */
static bool
is_odd(struct span segment)
{
	char letters[3] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < segment.size; n++) {
		bool escaped = segment.size - i >= 3 && segment.data[i] == '%' && segment.data[i + 1] == '2' &&
		    (segment.data[i + 2] | 0x20) == 'e';

		if (n >= 2)
			return false;
		letters[n] = escaped ? '.' : (char)segment.data[i];
		i += escaped ? 3 : 1;
	}
	return strcmp(letters, ".") == 0 || strcmp(letters, "..") == 0;
}

static bool
stays_there(struct span path)
{
	struct span rest = span_skip(path, 1);
	size_t end = 0;

	while (end < rest.size && rest.data[end] != '?' && rest.data[end] != '#')
		end++;
	rest = span_first(rest, end);
	while (rest.size) {
		struct span segment = span_cut(&rest, '/');

		if (is_odd(segment) || (!segment.size && rest.size))
			return false;
	}
	return true;
}

bool
return_path_valid(struct span path)
{
	return path.size <= RETURN_PATH_LARGEST && begins_well(path) && is_plain(path) && stays_there(path);
}
