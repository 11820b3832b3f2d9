/* transaction/desk/application.c - what the application at the desk says of the person: checked, and wrapped while
 * the case is open. */
#include "transaction/desk/case.h"

#include <assert.h>

#include <openssl/crypto.h>

#include "assurance/fact.h"
#include "codec/json_writer.h"
#include "codec/line.h"
#include "codec/reader.h"

#define USE "desk case"
#define PLAIN_LARGEST (16 * KIB) /* escaped, a character is six at most */

/* One line, as documents have it. */
static enum err
check_line(const char *pointer, struct span text, size_t least, size_t most, struct problem *why)
{
	if (text.size < least || text.size > most)
		return problem_set(why, text.size > most ? ERR_LIMIT : ERR_INVALID, "",
		    "%s: expected a text of %zu to %zu bytes, found %zu", pointer, least, most, text.size);
	return line_check(text, pointer, why);
}

static enum err
check_birthdate(struct span text, struct instant now, struct problem *why)
{
	int64_t days, today = now.us / SECONDS(86400);

	/* Somebody's day begins in Tokyo nine hours before it does here. */
	if (!date_read(text, &days))
		return problem_set(why, ERR_INVALID, "", "/attributes/birthdate: expected a date as 1980-02-17");
	if (days > today + 1 || days < today - 150 * 366)
		return problem_set(why, ERR_INVALID, "", "/attributes/birthdate: expected a day of the last 150 years");
	return OK;
}

enum err
desk_application_check(const struct desk_application *a, struct instant now, struct problem *why)
{
	if (check_line("/attributes/name", a->name, 1, DESK_NAME_LARGEST, why) != OK ||
	    check_birthdate(a->birthdate, now, why) != OK)
		return why->code;
	if (!span_is(a->gender, "male") && !span_is(a->gender, "female") && !span_is(a->gender, "unspecified"))
		return problem_set(why, ERR_INVALID, "",
		    "/attributes/gender: expected male, female or unspecified, found another text");
	if (check_line("/attributes/address", a->address, 1, DESK_ADDRESS_LARGEST, why) != OK)
		return why->code;
	return check_line("/note", a->note, 0, DESK_NOTE_LARGEST, why);
}

struct span
desk_application_wrap(struct arena *arena, const struct wrapping *w, const struct id *of,
    const struct desk_application *a)
{
	struct buffer b = buffer_init(PLAIN_LARGEST);
	struct span wrapped;

	buffer_byte(&b, '{');
	json_write_member(&b, "address", a->address);
	json_write_member(&b, "birthdate", a->birthdate);
	json_write_member(&b, "gender", a->gender);
	json_write_member(&b, "name", a->name);
	json_write_member(&b, "note", a->note);
	buffer_byte(&b, '}');
	assert(!b.overflowed); /* it was checked */
	wrapped = wrap(arena, w, USE, id_span(of), buffer_span(&b));
	OPENSSL_cleanse(b.data + b.start, b.end - b.start);
	buffer_release(&b);
	return wrapped;
}

enum err
desk_application_unwrap(struct arena *arena, const struct wrapping *w, const struct desk_case *c,
    struct desk_application *out, struct problem *why)
{
	struct span plain, name;
	struct reader r;

	*out = (struct desk_application){ .note = { 0 } };
	if (!unwrap(arena, w, USE, id_span(&c->id), c->application, &plain))
		return problem_set(why, ERR_UNAVAILABLE, "", "what the application says does not open: it was wrapped "
		    "with another secret, or altered");
	r = reader_json(arena, plain, (struct limits){ .bytes = PLAIN_LARGEST, .depth = 1 });
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "address"))
			out->address = reader_string(&r, 1, DESK_ADDRESS_LARGEST);
		else if (span_is(name, "birthdate"))
			out->birthdate = reader_string(&r, 1, DATE_TEXT);
		else if (span_is(name, "gender"))
			out->gender = reader_string(&r, 1, 16);
		else if (span_is(name, "name"))
			out->name = reader_string(&r, 1, DESK_NAME_LARGEST);
		else if (span_is(name, "note"))
			out->note = reader_string(&r, 0, DESK_NOTE_LARGEST);
	}
	if (reader_end(&r, why) != OK)
		return problem_within(why, "the application's row");
	return OK;
}
