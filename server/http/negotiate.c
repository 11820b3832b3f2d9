/* http/negotiate.c - what the requester can take, and what it has already. */
#include "http/negotiate.h"

/* The elements of a list field, over all header lines of its name (RFC 9110 s5.6.1). */
struct list {
	const struct message *message;
	struct span name;
	size_t next;      /* header line to be looked at */
	struct span rest; /* of the line at hand */
};

static struct list
list_of(const struct message *message, const char *name)
{
	return (struct list){ .message = message, .name = span_text(name) };
}

/* Moves to the next line of this name; false after the last. */
static bool
list_line(struct list *list)
{
	while (list->next < list->message->header_count) {
		const struct header *header = &list->message->headers[list->next++];

		if (!span_equal_nocase(header->name, list->name))
			continue;
		list->rest = header->value;
		return true;
	}
	return false;
}

/* As span_cut(), but a separator inside a quoted-string does not count (RFC 9110 s5.6.4). */
static struct span
cut_unquoted(struct span *rest, uint8_t separator)
{
	struct span cut = *rest;
	bool quoted = false;

	for (size_t i = 0; i < rest->size; i++) {
		uint8_t c = rest->data[i];

		if (quoted && c == '\\' && i + 1 < rest->size)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == separator) {
			cut = span_first(*rest, i);
			*rest = span_skip(*rest, i + 1);
			return cut;
		}
	}
	*rest = (struct span){ 0 };
	return cut;
}

/* Thousandths, or -1 (RFC 9110 s12.4.2). Java's HTTP client writes `q=.2`, so the leading zero may be missing. */
static int
quality_read(struct span text)
{
	int value = 0, scale = 1000;

	if (text.size && (text.data[0] == '0' || text.data[0] == '1')) {
		value = (text.data[0] - '0') * 1000;
		text = span_skip(text, 1);
		if (text.size == 0)
			return value;
	}
	if (text.size < 1 || text.size > 4 || text.data[0] != '.')
		return -1;
	for (size_t i = 1; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return -1;
		scale /= 10;
		value += (text.data[i] - '0') * scale;
	}
	return value > 1000 ? -1 : value;
}

struct preference {
	struct span value;
	int quality; /* thousandths; 0: refused */
};

/* Parameters other than the weight are passed over: SAML metadata has none to tell apart. */
static bool
preference_read(struct span element, struct preference *out)
{
	*out = (struct preference){ span_trim(cut_unquoted(&element, ';')), 1000 };
	while (element.size) {
		struct span value = span_trim(cut_unquoted(&element, ';')), name = span_cut(&value, '=');

		if (span_equal_nocase(name, span_text("q")))
			out->quality = quality_read(value);
	}
	return out->value.size && out->quality >= 0;
}

static bool
next_preference(struct list *list, struct preference *out)
{
	do {
		while (list->rest.size) {
			if (preference_read(cut_unquoted(&list->rest, ','), out))
				return true;
		}
	} while (list_line(list));
	return false;
}

/* A field without a single element says as much as no field. */
static bool
says_nothing(const struct message *message, const char *name)
{
	struct list list = list_of(message, name);

	while (list_line(&list)) {
		if (span_trim(list.rest).size)
			return false;
	}
	return true;
}

/* The most specific range decides (RFC 9110 s12.5.1). The generic XML types are other names for what we serve, sent by
 * software that does not know the registered one: they can ask for it, but refusing them does not refuse it. */
static const struct {
	const char *range;
	unsigned rank;
	bool alias;
} media_ranges[] = {
	{ "application/samlmetadata+xml", 4, false },
	{ "application/xml", 3, true },
	{ "text/xml", 3, true },
	{ "application/*", 2, false },
	{ "*/*", 1, false },
	{ "*", 1, false }, /* Java's HTTP client again */
};

bool
accepts_metadata(const struct message *message)
{
	struct list list = list_of(message, "Accept");
	struct preference p;
	unsigned rank = 0;
	int quality = 0;

	/* What nearly every requester sends needs no weighing. */
	if (span_is(message_header(message, "Accept"), media_ranges[0].range))
		return true;
	while (next_preference(&list, &p)) {
		for (size_t i = 0; i < COUNT(media_ranges); i++) {
			if (!span_equal_nocase(p.value, span_text(media_ranges[i].range)) ||
			    (media_ranges[i].alias && p.quality == 0))
				continue;
			if (media_ranges[i].rank > rank || (media_ranges[i].rank == rank && p.quality > quality)) {
				rank = media_ranges[i].rank;
				quality = p.quality;
			}
		}
	}
	return quality > 0 || (rank == 0 && says_nothing(message, "Accept"));
}

bool
accepts_by_name(const struct message *message, const char *type)
{
	struct list list = list_of(message, "Accept");
	struct preference p;

	while (next_preference(&list, &p)) {
		if (span_equal_nocase(p.value, span_text(type)))
			return p.quality > 0;
	}
	return false;
}

bool
accepts_html(const struct message *message)
{
	return accepts_by_name(message, "text/html");
}

bool
accepts_utf8(const struct message *message)
{
	struct list list = list_of(message, "Accept-Charset");
	struct preference p;
	int named = -1, any = -1;

	while (next_preference(&list, &p)) {
		if (span_equal_nocase(p.value, span_text("utf-8")))
			named = p.quality;
		else if (span_is(p.value, "*"))
			any = p.quality;
	}
	return named != 0 && (named > 0 || any != 0);
}

enum coding
coding_choose(const struct message *message, bool have_gzip)
{
	struct list list = list_of(message, "Accept-Encoding");
	struct preference p;
	int gzip = -1, identity = -1, any = -1;

	while (next_preference(&list, &p)) {
		if (span_equal_nocase(p.value, span_text("gzip")) || span_equal_nocase(p.value, span_text("x-gzip")))
			gzip = p.quality;
		else if (span_equal_nocase(p.value, span_text("identity")))
			identity = p.quality;
		else if (span_is(p.value, "*"))
			any = p.quality;
	}
	if (gzip < 0)
		gzip = any;
	/* RFC 9110 s12.5.3: identity is acceptable unless it is refused, and preferred only when that is said. */
	if (have_gzip && gzip > 0 && gzip >= identity)
		return CODING_GZIP;
	return identity == 0 || (identity < 0 && any == 0) ? CODING_NONE : CODING_IDENTITY;
}

/* Without the `W/`, which weak comparison does not look at (RFC 9110 s8.8.3.2). */
static struct span
opaque_tag(struct span tag)
{
	return span_starts(tag, "W/") ? span_skip(tag, 2) : tag;
}

/* Takes one entity-tag from the front. Between its quotes a backslash is like any character (RFC 9110 s8.8.3). */
static struct span
cut_tag(struct span *rest)
{
	size_t at = span_starts(*rest, "W/\"") ? 3 : 1;
	struct span tag;

	if (rest->size && rest->data[at - 1] == '"') {
		while (at < rest->size && rest->data[at] != '"')
			at++;
		if (at < rest->size) {
			tag = span_first(*rest, at + 1);
			*rest = span_skip(*rest, at + 1);
			span_cut(rest, ',');
			return tag;
		}
	}
	return span_trim(span_cut(rest, ','));
}

/* Whether one of the requester's tags is ours; `*given`: whether it sent the field at all. */
static bool
has_tag(const struct message *message, struct span etag, bool *given)
{
	struct list list = list_of(message, "If-None-Match");

	*given = false;
	while (list_line(&list)) {
		*given = true;
		for (;;) {
			struct span tag;

			list.rest = span_trim(list.rest);
			if (list.rest.size == 0)
				break;
			tag = cut_tag(&list.rest);
			if (span_is(tag, "*") || span_equal(opaque_tag(tag), opaque_tag(etag)))
				return true;
		}
	}
	return false;
}

bool
is_fresh(const struct message *message, struct span etag, struct instant modified)
{
	struct instant since;
	bool given;

	if (has_tag(message, etag, &given))
		return true;
	/* RFC 9110 s13.1.3: with If-None-Match the date is not looked at. */
	if (given || modified.us == 0 || !instant_read_http(message_header(message, "If-Modified-Since"), &since))
		return false;
	return modified.us / SECONDS(1) <= since.us / SECONDS(1);
}
