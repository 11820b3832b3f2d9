/* tests/transaction/shipped_policy.h - a shipped framework as a process would have it: read, on the shelf. */
#pragma once

#include <stdlib.h>

#include "expect.h"

#include "base/file.h"
#include "transaction/policy/shelf.h"

/* In force at any time; its leaf is number 7. */
static inline struct policy_snapshot *
shipped_snapshot_of(struct arena *a, const char *framework)
{
	struct policy_snapshot *s = arena_new(a, struct policy_snapshot);
	const char *policy = arena_print(a, "%s/policy", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	struct buffer text = buffer_init(DICTIONARY_LARGEST);
	struct policy_files files;
	struct problem why;

	expect_ok("the dictionary is there", file_read(arena_print(a, "%s/facts.json", policy), &text, &why), &why);
	expect_ok("it is read",
	    dictionary_read(a, "facts.json", arena_copy(a, buffer_span(&text)), &s->dictionary, &why), &why);
	buffer_release(&text);
	expect_ok("the files are read", policy_files_read(a, arena_print(a, "%s/%s/1.0", policy, framework), &files,
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
