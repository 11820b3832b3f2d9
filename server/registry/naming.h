/* registry/naming.h - what people call an entity, gathered while its elements are read.
 *
 *     begin -> (start -> text* -> end)* for every element that is kept -> found
 *
 * A name of a role's mdui:UIInfo is worth more than the organisation's display name, and that more than its name; of
 * equal worth the first counts.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "codec/xml.h"

#define NAME_LARGEST 200 /* bytes */

enum naming_language { NAMING_JA, NAMING_EN, NAMING_OTHER, NAMING_LANGUAGES };

struct name_kind;

struct naming {
	const struct name_kind *kind;    /* of the element at hand; NULL: it is no name */
	enum naming_language language;
	struct buffer text;
	struct found_name {
		unsigned worth;          /* 0: there is none */
		size_t size;
		uint8_t text[NAME_LARGEST];
	} found[NAMING_LANGUAGES];
};

struct naming naming_init(void);
void naming_release(struct naming *);

void naming_begin(struct naming *);
void naming_start(struct naming *, const struct xml_element *);
void naming_text(struct naming *, struct span);
void naming_end(struct naming *);

/* Borrowed until the next entity begins. Where there is neither a Japanese nor an English name, another language's is
 * the English one. */
struct span naming_found(const struct naming *, enum naming_language);

/* A name as lists show it: one line without what nobody sees or what turns it around, at most NAME_LARGEST bytes, cut
 * between characters. `out` has room for them; returns how many there are. */
size_t name_tidy(struct span utf8, uint8_t out[NAME_LARGEST]);
