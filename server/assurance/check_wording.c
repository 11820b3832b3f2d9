/* assurance/check_wording.c - what is written around the conditions: both languages, parameters, clauses. */
#include "assurance/checking.h"

/* Hiragana and katakana stand in no English text; a sentence that is the same in both is one of them only. A name of
 * two or three words may be. */
static bool
has_kana(struct span s)
{
	for (size_t i = 0; i + 2 < s.size; i++)
		if (s.data[i] == 0xe3 && s.data[i + 1] >= 0x81 && s.data[i + 1] <= 0x83)
			return true;
	return false;
}

static bool
is_sentence(struct span s)
{
	size_t blanks = 0;

	for (size_t i = 0; i < s.size; i++)
		blanks += s.data[i] == ' ';
	return blanks >= 3;
}

static void
check_text(struct checking *k, struct span subject, struct localized l)
{
	const char *ja = NULL, *en = NULL;

	if (!l.ja.size || !l.en.size) {
		ja = l.ja.size ? "英語の文言がありません。" : "日本語の文言がありません。";
		en = l.ja.size ? "A text is missing in English." : "A text is missing in Japanese.";
	} else if (has_kana(l.en)) {
		ja = "英語の文言に仮名が入っています。";
		en = "The English text has kana in it.";
	} else if (is_sentence(l.ja) && span_equal(l.ja, l.en)) {
		ja = "日本語と英語の文言が同じです。";
		en = "The Japanese text is the English one.";
	}
	if (ja)
		finding_add(k, POLICY_TRANSLATION_MISSING, WEIGHT_WARNING, subject,
		    arena_print(k->arena, "%s（%.*s）", ja, SPAN_ARGS(span_first(l.ja.size ? l.ja : l.en, 120))),
		    arena_print(k->arena, "%s (%.*s)", en, SPAN_ARGS(span_first(l.en.size ? l.en : l.ja, 120))), NULL);
}

/* Both may be absent. */
static void
check_optional(struct checking *k, struct span subject, struct localized l)
{
	if (l.ja.size || l.en.size)
		check_text(k, subject, l);
}

/* Parameters */

/* Its value, or by its name what it is for. */
static bool
says(struct span text, struct span id)
{
	for (size_t i = 0; i + id.size <= text.size; i++)
		if (span_equal(span_first(span_skip(text, i), id.size), id))
			return true;
	return false;
}

static void
check_parameter(struct checking *k, const struct criterion *c, const struct parameter *p)
{
	check_text(k, c->id, p->label);
	/* With a slash in it: another criterion's, which this one refers to. */
	if (memchr(p->id.data, '/', p->id.size) || says(c->text.ja, p->id) || says(c->reason.ja, p->id))
		return;
	finding_add(k, POLICY_PARAMETER_UNSAID, WEIGHT_WARNING, c->id,
	    arena_print(k->arena, "パラメータ %.*s の値が、本文にも理由にも現れません。", SPAN_ARGS(p->id)),
	    arena_print(k->arena, "Neither text nor reason tells the value of the parameter %.*s.", SPAN_ARGS(p->id)),
	    NULL);
}

static void
check_criterion(struct checking *k, const struct criterion *c)
{
	check_text(k, c->id, c->title);
	check_text(k, c->id, c->text);
	check_text(k, c->id, c->reason);
	for (size_t i = 0; i < c->parameter_count; i++)
		check_parameter(k, c, &c->parameters[i]);
}

/* Clauses */

static bool
is_cited(const struct framework *f, struct span document, struct span at)
{
	for (size_t i = 0; i < f->criterion_count; i++)
		for (size_t n = 0; n < f->criteria[i].citation_count; n++) {
			const struct citation *c = &f->criteria[i].citations[n];

			if (span_equal(c->document, document) && span_equal(c->at, at))
				return true;
		}
	return false;
}

static void
check_clause(struct checking *k, const struct policy_source *s, const struct clause *c)
{
	const char *subject = arena_print(k->arena, "%.*s %.*s", SPAN_ARGS(s->id), SPAN_ARGS(c->at));

	check_text(k, span_text(subject), c->title);
	check_optional(k, span_text(subject), c->excluded);
	if (!c->excluded.en.size && !is_cited(k->framework, s->id, c->at))
		finding_add(k, POLICY_CLAUSE_UNCITED, WEIGHT_WARNING, span_text(subject),
		    "この条項を引く基準も、採らない理由もありません。",
		    "No criterion cites this clause, nor is it said why it is left out.", NULL);
}

/* The rest */

static void
check_area(struct checking *k, const struct area *a)
{
	check_text(k, a->id, a->title);
	check_optional(k, a->id, a->text);
	for (size_t i = 0; i < a->level_count; i++)
		check_text(k, a->id, a->levels[i].title);
}

static void
check_profile(struct checking *k, const struct profile *p)
{
	check_text(k, p->id, p->title);
	check_text(k, p->id, p->text);
	for (size_t i = 0; i < p->exclusion_count; i++)
		check_text(k, p->id, p->exclusions[i].reason);
}

static void
check_fact(struct checking *k, const struct fact *f)
{
	check_text(k, f->id, f->title);
	check_text(k, f->id, f->text);
	for (size_t i = 0; i < f->word_count; i++)
		check_text(k, f->id, f->word_titles[i]);
}

void
check_wording(struct checking *k)
{
	const struct framework *f = k->framework;

	for (size_t i = 0; i < f->area_count; i++)
		check_area(k, &f->areas[i]);
	for (size_t i = 0; i < f->criterion_count; i++)
		check_criterion(k, &f->criteria[i]);
	for (size_t i = 0; i < f->profile_count; i++)
		check_profile(k, &f->profiles[i]);
	for (size_t i = 0; i < f->step_count; i++) {
		check_text(k, f->steps[i].id, f->steps[i].title);
		check_text(k, f->steps[i].id, f->steps[i].text);
	}
	for (size_t i = 0; i < f->cell_count; i++)
		check_optional(k, f->areas[f->cells[i].area].id, f->cells[i].text);
	for (size_t i = 0; i < f->dictionary->count; i++)
		if (f->uses[i / 64] >> (i % 64) & 1)
			check_fact(k, &f->dictionary->facts[i]);
	for (size_t i = 0; i < f->source_count; i++) {
		check_text(k, f->sources[i].id, f->sources[i].title);
		for (size_t n = 0; n < f->sources[i].clause_count; n++)
			check_clause(k, &f->sources[i], &f->sources[i].clauses[n]);
	}
}
