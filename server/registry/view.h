/* registry/view.h - the JSON that the registry's views of members share: dates, texts in both languages, roles. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "registry/member.h"

/* Members of an object. */
/* ["idp","rp"] */
void view_roles(struct buffer *, const char *name, unsigned roles);
/* The path where we serve it ourselves (front/registry/logo.c); null where there is none or it lies elsewhere: a page
 * shows nothing that is not from here. */
void view_logo(struct buffer *, const char *name, struct span member_id, const struct member_logo *);

/* Whether there is one that we serve; and its path, in the arena. */
bool logo_is_ours(struct span url);
const char *logo_path(struct arena *, struct span member_id);

/* The picture in a data: URL: its bytes, in the arena, and its media type. False: another URL, or no picture. */
bool logo_read(struct arena *, struct span url, struct span *bytes, struct span *type);
