/* registry/view.c - what the registry's views of members share. */
#include "registry/view.h"

#include "codec/json_writer.h"
#include "codec/text.h"

void
view_roles(struct buffer *b, const char *name, unsigned roles)
{
	const char *separator = "";

	json_write_name(b, name);
	buffer_byte(b, '[');
	for (const struct entity_role_name *r = entity_roles; r->name; r++) {
		if (!(roles & r->role))
			continue;
		buffer_print(b, "%s\"%s\"", separator, r->name);
		separator = ",";
	}
	if (roles & ENTITY_OTHER)
		buffer_print(b, "%s\"other\"", separator);
	buffer_byte(b, ']');
}

#define LOGO_PATH "/v1/members/%.*s/logo"

/* What browsers show in an <img> without running anything of it. */
static const struct { const char *prefix, *type; } pictures[] = {
	{ "data:image/png;base64,", "image/png" },
	{ "data:image/svg+xml;base64,", "image/svg+xml" },
	{ "data:image/jpeg;base64,", "image/jpeg" },
	{ "data:image/gif;base64,", "image/gif" },
	{ "data:image/webp;base64,", "image/webp" },
};

/* The picture's place in the table; COUNT(pictures): none of ours. */
static size_t
picture_of(struct span url)
{
	size_t i = 0;

	while (i < COUNT(pictures) && !span_starts(url, pictures[i].prefix))
		i++;
	return i;
}

void
view_logo(struct buffer *b, const char *name, struct span member_id, const struct member_logo *logo)
{
	json_write_name(b, name);
	if (logo_is_ours(logo->url))
		buffer_print(b, "\"" LOGO_PATH "\"", SPAN_ARGS(member_id));
	else
		buffer_text(b, "null");
}

const char *
logo_path(struct arena *arena, struct span member_id)
{
	return arena_print(arena, LOGO_PATH, SPAN_ARGS(member_id));
}

bool
logo_is_ours(struct span url)
{
	return picture_of(url) < COUNT(pictures);
}

bool
logo_read(struct arena *arena, struct span url, struct span *bytes, struct span *type)
{
	size_t i = picture_of(url);

	if (i == COUNT(pictures))
		return false;
	*type = span_text(pictures[i].type);
	return base64_read(arena, span_skip(url, strlen(pictures[i].prefix)), bytes) && bytes->size;
}
