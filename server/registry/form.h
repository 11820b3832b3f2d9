/* registry/form.h - the forms texts of member records have (schemas/member.schema.json says the same), and what to tell
 * somebody whose text has another.
 */
#pragma once

#include "base/span.h"

struct form {
	const char *expected;          /* "a host name such as city.example.jp" */
	size_t most;                   /* characters; at least one */
	bool (*holds)(struct span);    /* well-formed UTF-8, of the right length */
};
bool form_holds(const struct form *, struct span);

/* Text people read: without characters nobody sees, that command a terminal or that turn the line around. */
extern const struct form form_name;        /* one line, no blank at its ends */
extern const struct form form_description; /* may have line breaks */

extern const struct form form_member_id, form_entity_id;
extern const struct form form_https;       /* a URL for people's browsers */
extern const struct form form_picture;     /* the same, or the picture itself (RFC 2397) */
extern const struct form form_uri;         /* absolute (RFC 3986 s4.3) */
extern const struct form form_scope;       /* a host name of two labels or more, lower case; never an expression */
extern const struct form form_email, form_telephone;
extern const struct form form_country;     /* ISO 3166-1 alpha-2 */
extern const struct form form_word;        /* of a framework or an area: "jp-idtf", "registration" */
extern const struct form form_level;       /* "1+" */
extern const struct form form_attribute;   /* SAML Name or OIDC claim */

/* The first character of a text that nobody would see, and where it stands, counted in characters from 1; line breaks
 * are seen. */
bool form_unseen(struct span, uint32_t *character, size_t *position);
