/* codec/json_writer.c - JSON while it is written. */
#include "codec/json_writer.h"

void
json_write_given(struct buffer *b, const char *name, struct span text)
{
	if (text.size)
		json_write_member(b, name, text);
}

void
json_write_time(struct buffer *b, const char *name, struct instant t)
{
	char text[INSTANT_TEXT];

	if (t.us)
		json_write_member(b, name, span_text(instant_text(t, text)));
}

void
json_write_seconds(struct buffer *b, const char *name, struct instant t)
{
	if (!t.us)
		return;
	json_write_name(b, name);
	buffer_number(b, (uint64_t)(t.us / SECONDS(1)));
}

void
json_write_words(struct buffer *b, const char *name, struct span words)
{
	if (!words.size)
		return;
	json_write_name(b, name);
	buffer_byte(b, '[');
	while (words.size) {
		json_write_element(b);
		json_write_string(b, span_cut(&words, ' '));
	}
	buffer_byte(b, ']');
}

void
json_write_member_or_null(struct buffer *b, const char *name, struct span text)
{
	json_write_name(b, name);
	if (text.size)
		json_write_string(b, text);
	else
		buffer_text(b, "null");
}

void
json_write_time_or_null(struct buffer *b, const char *name, struct instant t)
{
	char text[INSTANT_TEXT];

	json_write_member_or_null(b, name, t.us ? span_text(instant_text(t, text)) : (struct span){ 0 });
}

void
json_write_id(struct buffer *b, const char *name, const struct id *id)
{
	json_write_name(b, name);
	buffer_byte(b, '"');
	hex_add(b, id_span(id));
	buffer_byte(b, '"');
}

void
json_write_id_given(struct buffer *b, const char *name, const struct id *id)
{
	if (id_given(id))
		json_write_id(b, name, id);
}

void
json_write_id_or_null(struct buffer *b, const char *name, const struct id *id)
{
	if (id_given(id)) {
		json_write_id(b, name, id);
	} else {
		json_write_name(b, name);
		buffer_text(b, "null");
	}
}

void
json_write_element(struct buffer *b)
{
	if (b->end > b->start && b->data[b->end - 1] != '[')
		buffer_byte(b, ',');
}
