/* tools/testcard/index.c - what an authority has issued, in OpenSSL's index of a CA. */
#include "testcard/index.h"

#include "testcard/draft.h"

#define INDEX_LARGEST (64 * MIB)
#define INDEX_FIELDS 6

int
reason_number(const char *word)
{
	static const char *const words[] = {
		"unspecified", "keyCompromise", "CACompromise", "affiliationChanged", "superseded",
		"cessationOfOperation", "certificateHold", "", "removeFromCRL",
	};

	for (size_t i = 0; word && i < COUNT(words); i++)
		if (strcmp(words[i], word) == 0)
			return (int)i;
	return -1;
}

static const char *
index_path(struct arena *a, const char *folder)
{
	return arena_print(a, "%s/index.txt", folder);
}

/* "YYMMDDHHMMSSZ", or four digits of the year. */
static bool
time_read(struct span text, struct instant *out)
{
	uint64_t digits;
	char rfc3339[32];

	if (text.size < 13 || text.data[text.size - 1] != 'Z' ||
	    !span_number(span_first(text, text.size - 1), &digits))
		return false;
	if (text.size == 13)
		digits += digits / UINT64_C(10000000000) < 50 ? UINT64_C(20000000000000) : UINT64_C(19000000000000);
	snprintf(rfc3339, sizeof(rfc3339), "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(digits / 10000000000),
	    (unsigned)(digits / 100000000 % 100), (unsigned)(digits / 1000000 % 100), (unsigned)(digits / 10000 % 100),
	    (unsigned)(digits / 100 % 100), (unsigned)(digits % 100));
	return instant_read(span_text(rfc3339), out);
}

static bool
row_read(struct arena *a, struct span line, struct issued *out)
{
	struct span fields[INDEX_FIELDS], revoked;

	for (size_t i = 0; i < INDEX_FIELDS; i++)
		fields[i] = span_cut(&line, '\t');
	revoked = span_cut(&fields[2], ',');
	*out = (struct issued){
		.revoked = span_is(fields[0], "R"),
		.reason = fields[2].size ? arena_text(a, fields[2]) : NULL,
		.serial = arena_text(a, fields[3]), .point = arena_text(a, fields[4]),
		.subject = arena_text(a, fields[5]),
	};
	return fields[3].size && fields[5].size && time_read(fields[1], &out->expires) &&
	    (revoked.size ? time_read(revoked, &out->revoked_at) : !out->revoked);
}

enum err
issued_read(struct arena *a, const char *folder, struct issued **out, size_t *count, struct problem *why)
{
	const char *path = index_path(a, folder);
	size_t lines = 0;
	struct span text;
	enum err err = file_take(a, path, INDEX_LARGEST, &text, why);

	if (err != OK)
		return err;
	for (size_t i = 0; i < text.size; i++)
		lines += text.data[i] == '\n';
	*out = arena_array(a, struct issued, lines);
	for (*count = 0; *count < lines; ++*count)
		if (!row_read(a, span_cut(&text, '\n'), &(*out)[*count]))
			return problem_set(why, ERR_SYNTAX, "", "%s: line %zu is no row of an index", path, *count + 1);
	return OK;
}

static const char *
time_text(struct arena *a, struct instant t)
{
	return arena_text(a, asn_contents(asn_time(a, t)));
}

enum err
issued_write(struct arena *a, const char *folder, const struct issued *rows, size_t count, struct problem *why)
{
	const char *path = index_path(a, folder);
	struct draft d;
	enum err err = draft_begin(&d, path, 0644, why);

	if (err != OK)
		return err;
	for (size_t i = 0; i < count; i++) {
		const struct issued *r = &rows[i];

		fprintf(d.file, "%c\t%s\t%s%s%s\t%s\t%s\t%s\n", r->revoked ? 'R' : 'V', time_text(a, r->expires),
		    r->revoked_at.us ? time_text(a, r->revoked_at) : "", r->reason ? "," : "",
		    r->reason ? r->reason : "", r->serial, r->point, r->subject);
	}
	return draft_end(&d, true, why);
}

enum err
issued_add(struct arena *a, const struct authority *ca, const struct issued *row, struct problem *why)
{
	struct issued *rows, *more;
	size_t count;
	enum err err = issued_read(a, ca->folder, &rows, &count, why);

	if (err != OK)
		return err;
	more = arena_array(a, struct issued, count + 1);
	if (count)
		memcpy(more, rows, count * sizeof(*rows));
	more[count] = *row;
	return issued_write(a, ca->folder, more, count + 1, why);
}
