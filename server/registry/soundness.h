/* registry/soundness.h - what no entity may bring, whatever else is true of it: what makes stock consumers refuse the
 * whole document it stands in, or is dangerous in any page that shows it.
 *
 *     begin -> (start -> text* -> end)* for every element that is kept
 *
 * The first thing found is the answer, and the entity is refused for it: nothing more of it is shown to us.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problem.h"
#include "codec/xml.h"

struct text_rule;

struct soundness {
	const struct text_rule *rule; /* of the element at hand; NULL: its text may be anything */
	struct buffer text;
	struct arena arena;
	int line;
};

struct soundness soundness_init(void);
void soundness_release(struct soundness *);

/* Problems begin with `line N: `. */
enum err soundness_entity_id(struct span, int line, struct problem *why);
void soundness_begin(struct soundness *);
enum err soundness_start(struct soundness *, const struct xml_element *, struct problem *why);
void soundness_text(struct soundness *, struct span);
enum err soundness_end(struct soundness *, struct problem *why);
