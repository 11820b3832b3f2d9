/* transaction/desk/facts.h - a proofing at the desk as facts of the policy engine (policy/facts.json). Pure.
 *
 * Only what was stated, and of that what counts: a document that is not in force is none, a portrait that nobody
 * compared is no portrait. That every item of the application agrees with records takes two people's word; from one it
 * is not stated, and so no highest level is reached by one (levels.md 5).
 */
#pragma once

#include "assurance/fact.h"
#include "base/buffer.h"
#include "transaction/desk/evidence.h"

struct desk_stated {
	const struct desk_evidence *evidence;
	unsigned registrars;         /* how many say so: 1, 2 */
	bool named;                  /* the application names the person */
	bool notice;                 /* the person is told of it at a confirmed address */
};
/* Canonical JSON, fact -> value; only facts this dictionary has. */
void desk_facts_write(struct buffer *, const struct dictionary *, const struct desk_stated *);
