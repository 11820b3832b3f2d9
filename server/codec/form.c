/* codec/form.c - the body of a form, read into the parameters that are asked for. */
#include "codec/form.h"

#include "codec/text.h"

/* Here a plus is a blank; elsewhere (codec/text.h) it stays one. */
bool
form_decode(struct arena *a, struct span text, struct span *out)
{
	uint8_t *bytes;

	if (text.size == 0) {
		*out = span_text("");
		return true;
	}
	bytes = arena_take(a, text.size);
	for (size_t i = 0; i < text.size; i++)
		bytes[i] = text.data[i] == '+' ? ' ' : text.data[i];
	return percent_read(a, span_of(bytes, text.size), out) && utf8_valid(*out) && !memchr(out->data, 0, out->size);
}

static enum err
take(struct arena *a, struct span pair, const char *const *names, struct span *values, size_t count,
    struct problem *why)
{
	struct span value = pair, coded = span_cut(&value, '='), name;
	size_t i = 0;

	if (!form_decode(a, coded, &name))
		return problem_set(why, ERR_SYNTAX, "URL Standard s5.1",
		    "a form parameter's name is not percent-encoded UTF-8");
	while (i < count && !span_is(name, names[i]))
		i++;
	if (i == count)
		return OK;
	if (values[i].data)
		return problem_set(why, ERR_SYNTAX, "RFC 6749 s3.2", "the parameter %s stands twice", names[i]);
	if (!form_decode(a, value, &values[i]))
		return problem_set(why, ERR_SYNTAX, "URL Standard s5.1",
		    "the parameter %s is not percent-encoded UTF-8",
		    names[i]);
	return OK;
}

enum err
form_read(struct arena *a, struct span body, const char *const *names, struct span *values, size_t count,
    struct problem *why)
{
	struct span rest = body;

	for (size_t i = 0; i < count; i++)
		values[i] = (struct span){ 0 };
	for (size_t n = 0; rest.size; n++) {
		struct span pair = span_cut(&rest, '&');

		if (n == FORM_PARAMETERS)
			return problem_set(why, ERR_LIMIT, "", "expected at most %d parameters, found more",
			    FORM_PARAMETERS);
		if (pair.size && take(a, pair, names, values, count, why) != OK)
			return why->code;
	}
	return OK;
}
