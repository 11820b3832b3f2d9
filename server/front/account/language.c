/* front/account/language.c - PUT /v1/account/language: which language a person is written to in. */
#include "codec/reader.h"
#include "front/account/visit.h"

static enum err
read_language(struct exchange *e, bool *english, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 1 * KIB, .depth = 1, .members = 4 });
	struct span name, word = { 0 };

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (!span_is(name, "language"))
			continue;
		word = reader_string(&r, 1, 16);
		if (!span_is(word, "ja") && !span_is(word, "en"))
			reader_fail_word(&r, "ja or en", word);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	*english = span_is(word, "en");
	return word.size ? OK : problem_set(why, ERR_INVALID, "", "/language: expected ja or en, found nothing");
}

static void
go_on(struct visit *v, const struct account_access *access)
{
	struct unit *unit;

	(void)access;
	if (read_language(v->exchange, &v->account.english, &v->why) != OK) {
		visit_refuse(v);
		return;
	}
	unit = visit_unit(v);
	account_put(unit, v->exchange->arena, &v->account);
	visit_commit(v, unit, visit_done);
}

void
set_language(struct exchange *e, void *front)
{
	struct visit *v = arena_new(e->arena, struct visit);

	visit_begin(v, e, front, VISIT_TO_CHANGE, go_on);
}
