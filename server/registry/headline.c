/* registry/headline.c - what lists and pictures need of a stored record. */
#include "registry/headline.h"

#include "codec/reader.h"

static void
read_localized(struct reader *r, struct localized *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "ja"))
			out->ja = reader_string(r, 0, MEMBER_RECORD_LARGEST);
		else if (span_is(name, "en"))
			out->en = reader_string(r, 0, MEMBER_RECORD_LARGEST);
		else
			reader_raw(r);
	}
}

static void
read_logo(struct reader *r, struct span *url)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "url"))
			*url = reader_string(r, 0, MEMBER_RECORD_LARGEST);
		else
			reader_raw(r);
	}
}

struct headline
headline_read(struct arena *a, struct span record)
{
	struct reader r = reader_json(a, record,
	    (struct limits){ .bytes = MEMBER_RECORD_LARGEST, .depth = READER_DEPTH, .members = MEMBER_RECORD_LARGEST });
	struct headline h = { 0 };
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "name")) {
			read_localized(&r, &h.name);
		} else if (span_is(name, "kind")) {
			h.kind = reader_string(&r, 0, 100);
		} else if (span_is(name, "logo")) {
			read_logo(&r, &h.logo_url);
		} else if (span_is(name, "entities")) {
			reader_array(&r);
			for (; reader_element(&r); h.entities++)
				reader_raw(&r);
		} else {
			reader_raw(&r);
		}
	}
	return h;
}
