/* transaction/policy/admission.c - whether a version of a framework may stand beside those that are published. */
#include "transaction/policy/admission.h"

#include <jansson.h>

#include "codec/text.h"
#include "codec/tree.h"

#define SHOWN 120 /* bytes of a value in a sentence */

/* Dictionaries */

static struct span
value_text(struct buffer *b, const json_t *value)
{
	buffer_clear(b);
	if (!value)
		buffer_text(b, "none");
	else
		tree_write(b, value);
	return utf8_first(buffer_span(b), SHOWN);
}

static enum err
difference_say(struct span id, const char *member, const json_t *before, const json_t *after, struct problem *why)
{
	struct buffer published = buffer_init(64 * KIB), found = buffer_init(64 * KIB);
	struct span expected = value_text(&published, before), given = value_text(&found, after);

	problem_set(why, ERR_CONFLICT, "",
	    "facts.json: fact \"%.*s\": %s: expected %.*s as it is published, found %.*s; facts are "
	    "added, never changed",
	    SPAN_ARGS(id), member, SPAN_ARGS(expected), SPAN_ARGS(given));
	buffer_release(&published);
	buffer_release(&found);
	return why->code;
}

/* Both are definitions, which were written canonically. */
static enum err
fact_compare(const struct fact *before, const struct fact *after, struct problem *why)
{
	json_t *old, *new, *value;
	enum err err = OK;
	const char *name;

	if (span_equal(before->definition, after->definition))
		return OK;
	old = json_loadb((const char *)before->definition.data, before->definition.size, 0, NULL);
	new = json_loadb((const char *)after->definition.data, after->definition.size, 0, NULL);
	json_object_foreach(old, name, value)
		if (err == OK && !json_equal(value, json_object_get(new, name)))
			err = difference_say(before->id, name, value, json_object_get(new, name), why);
	json_object_foreach(new, name, value)
		if (err == OK && !json_object_get(old, name))
			err = difference_say(before->id, name, NULL, value, why);
	json_decref(old);
	json_decref(new);
	return err;
}

enum err
dictionary_admit(const struct dictionary *before, const struct dictionary *after, struct problem *why)
{
	for (size_t i = 0; before && i < before->count; i++) {
		const struct fact *fact = &before->facts[i], *found = fact_find(after, fact->id);

		if (!found)
			return problem_set(why, ERR_CONFLICT, "",
			    "facts.json: fact \"%.*s\": expected it, for it is published, "
			    "found none; facts are added, never changed",
			    SPAN_ARGS(fact->id));
		if (fact_compare(fact, found, why) != OK)
			return why->code;
	}
	return OK;
}

/* Versions */

static enum err
check_other(const struct framework *f, struct span version, const struct published_policy *other, struct problem *why)
{
	char text[INSTANT_TEXT];

	if (span_equal(version, f->version)) {
		if (span_equal(f->digest, span_of(other->digest, sizeof(other->digest))))
			return OK;
		return problem_set(why, ERR_CONFLICT, "",
		    "%s/manifest.json: /version: expected a version that is not published "
		    "yet, found %.*s %.*s, which is published with another digest",
		    f->files.label, SPAN_ARGS(f->id), SPAN_ARGS(f->version));
	}
	if (other->valid_from.us == f->valid_from.us)
		return problem_set(why, ERR_CONFLICT, "",
		    "%s/manifest.json: /valid_from: expected another moment than that of "
		    "%.*s %.*s, found %s",
		    f->files.label, SPAN_ARGS(f->id), SPAN_ARGS(version), instant_text(f->valid_from, text));
	return OK;
}

enum err
policy_admit(const struct row *rows, size_t count, const struct framework *f, struct instant now, struct problem *why)
{
	char text[INSTANT_TEXT], moment[INSTANT_TEXT];
	bool first = true, known = false;

	for (size_t i = 0; i < count; i++) {
		struct span framework, version;
		struct published_policy other;

		policy_key_read(rows[i].key, &framework, &version);
		if (!span_equal(framework, f->id))
			continue;
		if (!published_policy_read(rows[i].value, &other))
			return policy_row_strange(framework, version, why);
		known = known || span_equal(version, f->version);
		if (other.number == 0)
			continue;
		first = false;
		if (check_other(f, version, &other, why) != OK)
			return why->code;
		if (span_equal(version, f->version))
			return OK; /* it is this one */
	}
	if (!known && count >= POLICY_VERSIONS)
		return problem_set(why, ERR_LIMIT, "",
		    "expected at most %d versions, published and proposed, found one more", POLICY_VERSIONS);
	if (!first && instant_before(f->valid_from, now))
		return problem_set(why, ERR_INVALID, "",
		    "%s/manifest.json: /valid_from: expected a moment not before it is published, now %s, for "
		    "decisions were taken under the version before; found %s: give it a new valid_from, seal it and "
		    "propose it anew",
		    f->files.label, instant_text(now, moment), instant_text(f->valid_from, text));
	return OK;
}
