/* front/account/contact_request.c - the bodies of requests about addresses. */
#include "front/account/contact_request.h"

#include "codec/reader.h"
#include "person/account.h"

#define CODE_DIGITS 6
#define TYPED_LARGEST 1024

static bool
is_code(struct span s)
{
	uint64_t number;

	return s.size == CODE_DIGITS && span_number(s, &number);
}

enum err
contact_request_read(struct arena *arena, struct span body, bool with_code, struct contact_request *out,
    struct problem *why)
{
	struct reader r = reader_json(arena, body, (struct limits){ .bytes = 4 * KIB, .depth = 1, .members = 8 });
	struct span name, typed = { 0 };

	*out = (struct contact_request){ .code = { 0 } };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "address"))
			typed = reader_string(&r, 1, TYPED_LARGEST);
		else if (with_code && span_is(name, "code"))
			out->code = reader_string(&r, 1, TYPED_LARGEST);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	out->address = contact_address_read(arena, typed);
	if (!out->address.size)
		return problem_set(why, ERR_INVALID, "RFC 5321 s4.1.2", "/address: expected a mail address, found %s",
		    typed.size ? "another text" : "nothing");
	if (with_code && !is_code(out->code))
		return problem_set(why, ERR_INVALID, "", "/code: expected 6 digits, found %s",
		    out->code.size ? "another text" : "nothing");
	return OK;
}
