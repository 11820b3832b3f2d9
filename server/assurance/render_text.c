/* assurance/render_text.c - a document as text, 100 columns wide; Japanese characters take two. */
#include "assurance/render_writer.h"

#define COLUMNS 100

struct character {
	uint32_t code;
	size_t size;      /* bytes */
	unsigned width;   /* columns */
};

/* Wide and fullwidth (UAX #11), as far as our texts go; what is ambiguous is narrow. */
static bool
is_wide(uint32_t c)
{
	static const struct { uint32_t first, last; } wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
	};

	for (size_t i = 0; i < COUNT(wide); i++)
		if (c >= wide[i].first && c <= wide[i].last)
			return true;
	return false;
}

/* Of well-formed UTF-8: policies were read as such. */
static struct character
next_character(struct span text)
{
	uint8_t first = text.data[0];
	struct character c = { .size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4 };

	if (c.size > text.size)
		c.size = text.size;
	c.code = c.size == 1 ? first : first & (0x7fu >> c.size);
	for (size_t i = 1; i < c.size; i++)
		c.code = c.code << 6 | (text.data[i] & 0x3fu);
	c.width = is_wide(c.code) ? 2 : 1;
	return c;
}

static unsigned
text_width(struct span text)
{
	unsigned width = 0;

	while (text.size) {
		struct character c = next_character(text);

		width += c.width;
		text = span_skip(text, c.size);
	}
	return width;
}

/* JIS X 4051: these do not begin a line, these do not end one. */
static bool
is_one_of(uint32_t code, const char *set)
{
	for (struct span rest = span_text(set); rest.size;) {
		struct character c = next_character(rest);

		if (c.code == code)
			return true;
		rest = span_skip(rest, c.size);
	}
	return false;
}

static bool
may_break(struct character before, struct character after)
{
	if (before.code == ' ')
		return true;
	if (after.code == ' ' || (before.width == 1 && after.width == 1))
		return false;
	return !is_one_of(after.code, "、。，．：；）」』】〉》？！ー々・ァィゥェォッャュョぁぃぅぇぉっゃゅょ,.:;)]”%") &&
	       !is_one_of(before.code, "（「『【〈《([“");
}

/* How many bytes of `text` fit into `room` columns; all of a word when none fits. */
static size_t
line_size(struct span text, unsigned room)
{
	struct character before = { 0 };
	size_t at = 0, good = 0;
	unsigned width = 0;

	while (at < text.size) {
		struct character c = next_character(span_skip(text, at));

		if (at > 0 && may_break(before, c))
			good = at;
		if (c.code != ' ' && width + c.width > room && good > 0)
			return good;
		width += c.width;
		at += c.size;
		before = c;
	}
	return text.size;
}

static void
indent(struct writer *w, unsigned columns)
{
	buffer_print(w->out, "%*s", (int)columns, "");
}

/* `column` is where the line at hand stands already; further lines begin at `left`. */
static void
put_wrapped(struct writer *w, struct span text, unsigned column, unsigned left)
{
	while (text.size) {
		struct span line = text;
		size_t end = 0;

		while (end < line.size && line.data[end] != '\n')
			end++;
		line = span_first(text, end);
		text = span_skip(text, end + 1);
		while (line.size) {
			size_t size = line_size(line, COLUMNS > column ? COLUMNS - column : 1);
			struct span piece = span_first(line, size);

			while (piece.size && piece.data[piece.size - 1] == ' ')
				piece.size--;
			buffer_add(w->out, piece);
			line = span_skip(line, size);
			if (line.size) {
				buffer_byte(w->out, '\n');
				indent(w, left);
				column = left;
			}
		}
		buffer_byte(w->out, '\n');
		if (text.size)
			indent(w, left);
		column = left;
	}
}

/* Each language on lines of its own; the first continues the line at hand. */
static void
put_passages(struct writer *w, struct localized text, unsigned column, unsigned left)
{
	struct passage p[2];
	size_t count = passages(w, text, p);

	if (count == 0)
		buffer_byte(w->out, '\n');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			indent(w, left);
		put_wrapped(w, p[i].text, i > 0 ? left : column, left);
	}
}

/* Both languages in one line: 出典 / Source. */
static struct span
one_line(struct writer *w, struct localized text)
{
	struct passage p[2];
	size_t count = passages(w, text, p);

	if (count == 2)
		return span_text(arena_print(w->arena, "%.*s / %.*s", SPAN_ARGS(p[0].text), SPAN_ARGS(p[1].text)));
	return count ? p[0].text : (struct span){ 0 };
}

static void
put_rule(struct writer *w, char with, unsigned width)
{
	for (unsigned i = 0; i < width && i < COLUMNS; i++)
		buffer_byte(w->out, (uint8_t)with);
	buffer_byte(w->out, '\n');
}

static void
text_open(struct writer *w, struct localized title)
{
	put_passages(w, title, 0, 0);
	put_rule(w, '=', COLUMNS);
}

static void
text_contents_open(struct writer *w, struct localized title)
{
	buffer_byte(w->out, '\n');
	put_wrapped(w, one_line(w, title), 0, 0);
}

static void
text_contents_line(struct writer *w, const struct heading *h)
{
	indent(w, h->depth * 2);
	buffer_print(w->out, "%-6s", h->number);
	put_wrapped(w, one_line(w, h->title), h->depth * 2 + 6, h->depth * 2 + 6);
}

static void
text_contents_close(struct writer *w)
{
	(void)w;
}

static void
text_heading(struct writer *w, const struct heading *h)
{
	static const char rules[] = { '\0', '=', '-', '\0', '\0' };
	struct span title = one_line(w, h->title);
	unsigned left = (unsigned)strlen(h->number) + 2;

	if (h->id.size)
		title = span_text(arena_print(w->arena, "%.*s (%.*s)", SPAN_ARGS(title), SPAN_ARGS(h->id)));
	buffer_text(w->out, h->depth == 1 ? "\n\n" : "\n");
	if (h->depth == 1)
		put_rule(w, rules[1], COLUMNS);
	buffer_print(w->out, "%s  ", h->number);
	put_wrapped(w, title, left, left);
	if (rules[h->depth])
		put_rule(w, rules[h->depth], h->depth == 1 ? COLUMNS : left + text_width(title));
}

static void
text_paragraph(struct writer *w, struct localized text)
{
	put_passages(w, text, 0, 0);
}

static void
text_row(struct writer *w, struct localized label, struct localized text, struct span moment)
{
	struct span name = one_line(w, label);

	(void)moment;
	indent(w, 2);
	buffer_add(w->out, name);
	buffer_text(w->out, text.ja.size || text.en.size ? ": " : ":");
	put_passages(w, text, 4 + text_width(name), 6);
}

static void
text_line(struct writer *w, unsigned depth, struct localized text)
{
	indent(w, 6 + 2 * depth);
	buffer_text(w->out, "- ");
	put_passages(w, text, 8 + 2 * depth, 8 + 2 * depth);
}

static void
text_table_open(struct writer *w, const struct localized *heads, size_t count)
{
	(void)w;
	(void)heads;
	(void)count;
}

/* Two cells side by side; of more, the first, and the others beneath it with what they are. */
static void
text_table_row(struct writer *w, const struct localized *cells, size_t count)
{
	if (count == 2) {
		text_row(w, cells[0], cells[1], (struct span){ 0 });
		return;
	}
	indent(w, 2);
	put_wrapped(w, one_line(w, cells[0]), 2, 2);
	for (size_t i = 1; i < count; i++) {
		struct span head = one_line(w, w->heads[i]);

		if (!cells[i].ja.size && !cells[i].en.size)
			continue;
		indent(w, 6);
		buffer_add(w->out, head);
		buffer_text(w->out, ": ");
		put_passages(w, cells[i], 8 + text_width(head), 8);
	}
}

static void
nothing(struct writer *w)
{
	(void)w;
}

const struct form text_form = {
	.open = text_open,
	.contents_open = text_contents_open,
	.contents_line = text_contents_line,
	.contents_close = text_contents_close,
	.heading = text_heading,
	.paragraph = text_paragraph,
	.rows_open = nothing,
	.row = text_row,
	.row_close = nothing,
	.rows_close = nothing,
	.line = text_line,
	.lines_close = nothing,
	.table_open = text_table_open,
	.table_row = text_table_row,
	.table_close = nothing,
	.close = nothing,
};
