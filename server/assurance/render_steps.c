/* assurance/render_steps.c - steps in a rendered framework: what helps where a level is not reached. */
#include "assurance/condition_wording.h"
#include "assurance/render_writer.h"

static struct localized
who_wording(enum step_who who)
{
	static const struct { const char *ja, *en; } titles[] = {
		[STEP_PERSON] = { "本人", "the person" },
		[STEP_IDP] = { "認証提供者", "the identity provider" },
		[STEP_RP] = { "提供先", "the relying party" },
		[STEP_OPERATOR] = { "運営者", "the operator" },
	};

	return words(titles[who].ja, titles[who].en);
}

static void
effects(struct writer *w, const struct step *s)
{
	const struct fact *facts = w->framework->dictionary->facts;

	if (s->effect_count)
		put_row(w, words("結果", "Leads to"), (struct localized){ 0 });
	for (size_t i = 0; i < s->effect_count; i++) {
		const struct effect *e = &s->effects[i];

		put_line(w, 0, JOINED(w, words("「", "“"), facts[e->fact].title, words("」", "”"),
		    e->add ? words("に加わる：", " gains ") : words("：", ": "), fact_value_wording(&facts[e->fact], e->value,
		    w->arena)));
	}
	if (s->collect_count)
		put_row(w, words("明らかになる事実", "Makes known"), (struct localized){ 0 });
	for (size_t i = 0; i < s->collect_count; i++)
		put_line(w, 0, facts[s->collects[i]].title);
}

static void
methods(struct writer *w, uint32_t set)
{
	const char *list = NULL;

	for (size_t i = 0; amr_word(i); i++)
		if (set >> i & 1)
			list = list ? arena_print(w->arena, "%s %s", list, amr_word(i)) : amr_word(i);
	if (list)
		put_row(w, words("認証の方法（amr）", "Methods (amr)"), same(span_text(list)));
}

static void
step_chapter(struct writer *w, const struct step *s, size_t place)
{
	const struct heading h = { .depth = 3, .number = arena_print(w->arena, "%c.%zu", w->part - 1, place),
		.anchor = arena_print(w->arena, "step-%.*s", SPAN_ARGS(s->id)),
		.title = s->title, .id = s->id };

	put_heading(w, &h);
	put_paragraph(w, s->text);
	put_row(w, words("だれが", "Who"), JOINED(w, who_wording(s->who), s->in_person ? words("（出向く必要がある）",
	    ", in person") : words("", "")));
	put_row(w, words("手間", "Cost"), same(span_text(arena_print(w->arena, "%u", s->cost))));
	if (s->needs.count) {
		put_row(w, words("前提", "Needs"), (struct localized){ 0 });
		condition_wording(&s->needs, NULL, w->framework, w->arena, put_line, w);
	}
	methods(w, s->amr);
	effects(w, s);
}

void
render_steps(struct writer *w)
{
	if (w->framework->step_count == 0)
		return;
	put_part(w, "手順", "Steps that help");
	put_paragraph(w, words("基準が示されていないとき、示せるようになるための手順。手間の小さいものから勧める。",
	    "What can be done where a criterion is not shown. The least cost is advised first."));
	for (size_t i = 0; i < w->framework->step_count; i++)
		step_chapter(w, &w->framework->steps[i], i + 1);
}
