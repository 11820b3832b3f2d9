/* model/localized.c - a text in both of the house's languages. */
#include "model/localized.h"

#include "codec/json_writer.h"

void
localized_write(struct buffer *b, const char *name, struct localized text)
{
	json_write_name(b, name);
	buffer_byte(b, '{');
	json_write_member(b, "ja", text.ja);
	json_write_member(b, "en", text.en);
	buffer_byte(b, '}');
}
