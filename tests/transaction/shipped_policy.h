/* tests/transaction/shipped_policy.h - what is shipped in policy/, as a process would have it: in rows of the store, or
 * read and on the shelf.
 */
#pragma once

#include <stdlib.h>

#include "expect.h"

#include "base/file.h"
#include "transaction/policy/shelf.h"

static inline const char *
shipped_policies(struct arena *a)
{
	return arena_print(a, "%s/policy", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
}

static inline struct span
shipped_dictionary_text(struct arena *a)
{
	struct buffer text = buffer_init(DICTIONARY_LARGEST);
	struct problem why;
	struct span copy;

	expect_ok("the dictionary is there", file_read(arena_print(a, "%s/facts.json", shipped_policies(a)), &text,
	    &why), &why);
	copy = arena_copy(a, buffer_span(&text));
	buffer_release(&text);
	return copy;
}

/* The unit is the steward's, whose tables these are. */
static inline void
shipped_dictionary_put(struct arena *a, struct unit *unit)
{
	unit_put(unit, &dictionary_table, span_text(DICTIONARY_KEY), shipped_dictionary_text(a));
}

/* Its version 1.0, with the dictionary. */
static inline void
shipped_framework_put(struct arena *a, struct unit *unit, const char *name, struct instant now)
{
	struct buffer pack = buffer_init(POLICY_PACK_LARGEST), row = buffer_init(2 * POLICY_PACK_LARGEST);
	struct published_policy p = { .number = 7, .published = now, .note = span_text("note") };
	const struct dictionary *dictionary;
	const struct framework *framework;
	struct policy_files files;
	struct problem why;

	expect_ok("the dictionary is read",
	    dictionary_read(a, "facts.json", shipped_dictionary_text(a), &dictionary, &why), &why);
	expect_ok("the files are there", policy_files_read(a, arena_print(a, "%s/%s/1.0", shipped_policies(a), name),
	    &files, &why), &why);
	expect_ok("a framework", framework_read(a, &files, dictionary, true, &framework, &why), &why);
	policy_files_pack(&pack, &files);
	p.files = buffer_span(&pack);
	p.valid_from = framework->valid_from;
	memcpy(p.digest, framework->digest.data, sizeof(p.digest));
	published_policy_write(&row, &p);
	shipped_dictionary_put(a, unit);
	unit_put(unit, &policy_table, policy_key(a, framework->id, framework->version), buffer_span(&row));
	buffer_release(&pack);
	buffer_release(&row);
}

/* In force at any time; its leaf is number 7. */
static inline struct policy_snapshot *
shipped_snapshot_of(struct arena *a, const char *framework)
{
	struct policy_snapshot *s = arena_new(a, struct policy_snapshot);
	struct policy_files files;
	struct problem why;

	expect_ok("the dictionary is read",
	    dictionary_read(a, "facts.json", shipped_dictionary_text(a), &s->dictionary, &why), &why);
	expect_ok("the files are read", policy_files_read(a, arena_print(a, "%s/%s/1.0", shipped_policies(a),
	    framework), &files,
	    &why), &why);
	expect_ok("the framework is read",
	    framework_read(a, &files, s->dictionary, false, &s->items[0].framework, &why), &why);
	s->items[0].published.number = 7;
	s->count = 1;
	s->references = 1000; /* nobody frees it but the arena */
	return s;
}

static inline struct policy_snapshot *
shipped_snapshot(struct arena *a)
{
	return shipped_snapshot_of(a, "jp-idtf");
}
