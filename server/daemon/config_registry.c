/* daemon/config_registry.c - the registry's part of the configuration: members, validation, sources, fetching,
 * decisions. */
#include "daemon/config_reading.h"

#include <stdio.h>

#include "base/file.h"
#include "crypto/xml_verify.h"
#include "signer/descriptor.h"

#define MOST_SOURCES 100
#define MOST_RULES 200
#define KEY_FILE_LARGEST (64 * KIB)

static void
read_members(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place warn = place_member(p, "warn_before");

	c->members.confirm_every = place_duration(place_member(p, "confirm_every"), 30 * DAY, 1100 * DAY, 365 * DAY);
	c->members.warn_before = place_duration(warn, DAY, 365 * DAY, 30 * DAY);
	if (c->members.warn_before >= c->members.confirm_every)
		place_fail(warn, "less than /members/confirm_every", NULL);
}

/* What levels there are is for the rules to say: they know their names. */
static void
read_validation(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place rules = place_member(p, "rules"), rule;
	struct rule_setting *settings = arena_array(r->arena, struct rule_setting, MOST_RULES);
	void *cursor = NULL;
	const char *name;

	c->validation.schemas = read_path(r, place_member(p, "schemas"), "/usr/share/xml", A_DIRECTORY);
	c->validation.rules = settings;
	while (place_next(rules, &cursor, &name, &rule)) {
		if (c->validation.rule_count == MOST_RULES) {
			place_fail(rules, "at most 200 rules", NULL);
			return;
		}
		settings[c->validation.rule_count++] =
		    (struct rule_setting){ arena_text(r->arena, span_text(name)), place_text(rule, 1, 20, NULL) };
	}
}

/* Sources */

static struct span
read_key(struct reading *r, struct place p)
{
	const char *path = read_path(r, p, NULL, A_FILE);
	struct buffer file = buffer_init(KEY_FILE_LARGEST);
	struct span key = { 0 };
	struct problem why;

	if (r->document.problem.code != OK)
		return key;
	if (file_read(path, &file, &why) != OK)
		place_fail(p, "a file that can be read", why.text);
	else if (public_key_read(buffer_span(&file), r->arena, &key, &why) != OK)
		place_fail(p, "a certificate or a public key, PEM or DER",
		    arena_print(r->arena, "another file, \"%s\"", path));
	buffer_release(&file);
	return key;
}

static void
read_believe(struct place list, struct source_settings *s)
{
	static const struct {
		const char *word;
		size_t flag;
	} words[] = {
		{ "registration", offsetof(struct source_settings, believe_registration) },
		{ "categories", offsetof(struct source_settings, believe_categories) },
	};
	size_t count, known;
	const char **texts = read_texts(list, COUNT(words), 20, &count);

	for (size_t i = 0; i < count; i++) {
		for (known = 0; known < COUNT(words) && strcmp(texts[i], words[known].word) != 0; known++)
			;
		if (known == COUNT(words))
			place_fail(place_element(list, i), "\"registration\" or \"categories\"", NULL);
		else
			*(bool *)((char *)s + words[known].flag) = true;
	}
}

static void
read_place_of_source(struct reading *r, struct place p, struct source_settings *s)
{
	struct place url = place_member(p, "url"), file = place_member(p, "file");

	if (place_exists(url) == place_exists(file))
		place_fail(p, "a url or a file", place_exists(url) ? "both" : "neither");
	if (place_exists(url)) {
		s->url = place_text(url, 8, 2000, NULL);
		if (strncmp(s->url, "https://", 8) != 0 &&
		    !(r->config->fetch.plain_http && strncmp(s->url, "http://", 7) == 0))
			place_fail(url, "https: (http: only with /fetch/plain_http)", NULL);
	} else if (place_exists(file)) {
		s->file = read_path(r, file, NULL, ITS_PARENT);
	}
}

static void
read_source(struct reading *r, struct place p, struct source_settings *s)
{
	struct place name = place_member(p, "name");
	struct problem why;

	s->name = place_text(name, 1, KEY_NAME_LARGEST, NULL);
	if (s->name[0] && key_name_check(span_text(s->name), &why) != OK)
		place_fail(name, "a name of a-z, 0-9 and -", NULL);
	read_place_of_source(r, p, s);
	s->key = read_key(r, place_member(p, "key"));
	s->refresh = place_duration(place_member(p, "refresh"), SECONDS(60), 28 * DAY, HOUR);
	s->max_loss = (unsigned)place_integer(place_member(p, "max_loss"), 1, 100, 10);
	s->longest_validity = place_duration(place_member(p, "longest_validity"), DAY, 366 * DAY, 30 * DAY);
	read_believe(place_member(p, "believe"), s);
}

static void
read_sources(struct reading *r, struct place list)
{
	struct config *c = r->config;
	size_t count = place_count(list);

	if (count > MOST_SOURCES) {
		place_fail(list, "at most 100 sources", arena_print(r->arena, "%zu", count));
		return;
	}
	c->sources = arena_array(r->arena, struct source_settings, count);
	c->source_count = count;
	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(list, i);

		read_source(r, p, &c->sources[i]);
		for (size_t before = 0; before < i; before++)
			if (strcmp(c->sources[before].name, c->sources[i].name) == 0)
				place_fail(place_member(p, "name"), "another name for each source", NULL);
	}
}

static void
read_fetch(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place authorities = place_member(p, "authorities");

	c->fetch.plain_http = place_boolean(place_member(p, "plain_http"), false);
	c->fetch.internal = read_networks(place_member(p, "internal"), &c->fetch.internal_count);
	if (place_exists(authorities))
		c->fetch.authorities = read_path(r, authorities, NULL, A_FILE);
}

static void
read_decisions(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place access = place_member(p, "access");

	if (place_exists(access))
		c->decisions.access = read_path(r, access, NULL, A_FILE);
	c->decisions.rate = (unsigned)place_integer(place_member(p, "rate"), 0, 1000000, 1000);
}

void
read_registry(struct reading *r, struct place root)
{
	read_members(r, place_member(root, "members"));
	read_validation(r, place_member(root, "validation"));
	read_fetch(r, place_member(root, "fetch"));
	read_sources(r, place_member(root, "sources"));
	read_decisions(r, place_member(root, "decisions"));
}
