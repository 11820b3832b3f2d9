/* tests/fuzz/fuzz_login_request.c - what is read of a request about a login is within its bounds, and no way back leads
 * out of the pages of persons, however a browser reads it.
 */
#include <assert.h>

#include "codec/text.h"
#include "front/login/login_request.h"
#include "front/login/return_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a browser makes of it (URL Standard s4.4): the path's segments, one after the other, and how deep they end. */
static void
check_path(struct span path)
{
	size_t end = 0, depth = 0;
	struct span rest;

	assert(path.size > 1 && path.size <= RETURN_PATH_LARGEST && path.data[0] == '/');
	for (size_t i = 0; i < path.size; i++)
		assert(path.data[i] > ' ' && path.data[i] < 0x7f && path.data[i] != '\\');
	while (end < path.size && path.data[end] != '?' && path.data[end] != '#')
		end++;
	rest = span_skip(span_first(path, end), 1);
	while (rest.size) {
		struct arena a = arena_init(4 * KIB);
		struct span segment = span_cut(&rest, '/'), plain;

		/* Never empty in between, for "//" begins a host; never up again. */
		assert(segment.size || !rest.size);
		if (percent_read(&a, segment, &plain))
			assert(!span_is(plain, "..") && !span_is(plain, "."));
		depth++;
		arena_release(&a);
	}
	assert(depth >= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(512 * KIB);
	const struct span body = span_of(data, size);
	struct login_claim claim = { .who = { 0 } };
	struct login_code code = { .way = size % 2 ? LOGIN_BY_CODE : LOGIN_BY_RECOVERY };
	struct login_asked asked;
	struct problem why;
	bool conditional, less;

	if (login_asked_read(&a, body, &asked, &why) == OK) {
		check_path(asked.return_path);
		assert(asked.why < LOGIN_WHYS);
	}
	if (login_claim_read(&a, body, &claim, &why) == OK)
		assert(claim.who.size && claim.who.size <= 254 && utf8_valid(claim.who));
	if (login_code_read(&a, body, &code, &why) == OK)
		assert(code.code.size && code.code.size <= 64 && (code.way == LOGIN_BY_CODE || !code.second.size));
	if (login_options_read(&a, body, &conditional, &why) == OK)
		assert(size >= 2);
	if (login_finish_read(&a, body, &less, &why) == OK)
		assert(size >= 2);
	/* The path alone, as it stands in a request. */
	if (return_path_valid(body))
		check_path(body);
	arena_release(&a);
	return 0;
}
