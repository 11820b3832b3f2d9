/* assurance/advice_writing.c - the way up as JSON: steps in three readings, and what a login alone would bring. */
#include "assurance/decision_writing.h"

static void
write_steps(struct buffer *b, const struct framework *f, const struct advice *a)
{
	buffer_text(b, ",\"steps\":[");
	for (size_t i = 0; i < a->step_count; i++) {
		const struct step *step = &f->steps[a->steps[i]];

		buffer_text(b, i ? ",{\"id\":" : "{\"id\":");
		write_id(b, step->id);
		buffer_text(b, ",\"who\":\"");
		buffer_text(b, step_who_name(step->who));
		buffer_text(b, step->in_person ? "\",\"in_person\":true" : "\",\"in_person\":false");
		localized_write(b, "title", step->title);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_reaches(struct buffer *b, const struct framework *f, const struct advice *a)
{
	buffer_text(b, ",\"reaches\":{");
	for (size_t i = 0; i < f->area_count; i++) {
		const struct area *area = &f->areas[i];

		buffer_add(b, span_skip(span_first(area->heading, area->heading.size - 1), i ? 0 : 1));
		buffer_add(b, span_skip(area->reached[a->areas[i].reached], sizeof("\"reached\":") - 1));
	}
	buffer_byte(b, '}');
}

static bool
collects(const struct step *step, uint16_t fact)
{
	for (size_t i = 0; i < step->collect_count; i++)
		if (step->collects[i] == fact)
			return true;
	return false;
}

/* With the steps that would make it known, whatever it turns out to be. */
static void
write_question(struct buffer *b, const struct framework *f, uint16_t number)
{
	const struct fact *fact = &f->dictionary->facts[number];
	bool begun = false;

	buffer_text(b, "{\"fact\":");
	write_id(b, fact->id);
	localized_write(b, "title", fact->title);
	buffer_text(b, ",\"steps\":[");
	for (size_t i = 0; i < f->step_count; i++) {
		if (!collects(&f->steps[i], number))
			continue;
		if (begun)
			buffer_byte(b, ',');
		write_id(b, f->steps[i].id);
		begun = true;
	}
	buffer_text(b, "]}");
}

static void
write_advice(struct buffer *b, const struct decision *d, enum advice_reading reading)
{
	const struct framework *f = d->question->framework;
	const struct advice *a = &d->advice[reading];

	buffer_text(b, "{\"reading\":\"");
	buffer_text(b, advice_reading_name(reading));
	buffer_text(b, a->found ? "\",\"found\":true" : "\",\"found\":false");
	write_steps(b, f, a);
	buffer_text(b, ",\"cost\":");
	buffer_number(b, a->cost);
	buffer_text(b, a->minimal ? ",\"minimal\":true" : ",\"minimal\":false");
	write_reaches(b, f, a);
	buffer_text(b, ",\"gaps\":[");
	for (size_t i = 0; i < a->gap_count; i++)
		buffer_add(b, span_skip(f->criteria[a->gaps[i]].quoted, i ? 0 : 1));
	buffer_text(b, "],\"questions\":[");
	for (size_t i = 0; i < a->question_count; i++) {
		if (i)
			buffer_byte(b, ',');
		write_question(b, f, a->questions[i]);
	}
	buffer_text(b, "]}");
}

/* The level a login is to be asked for; NULL: none, or it has no acr. */
static const struct level *
login_level(const struct framework *f, const struct requirement *r)
{
	const struct area *area = &f->areas[r->area];
	uint8_t level = requirement_least(r);

	if (level == 0 || level > area->level_count || area->levels[level - 1].acr_count == 0)
		return NULL;
	return &area->levels[level - 1];
}

static void
write_acr_values(struct buffer *b, const struct decision *d)
{
	struct buffer values = buffer_init(16 * KIB);

	for (size_t i = 0; i < d->login_count; i++) {
		const struct level *level = login_level(d->question->framework, &d->login[i]);

		for (size_t k = 0; level && k < level->acr_count; k++) {
			if (values.end > 0)
				buffer_byte(&values, ' ');
			buffer_add(&values, level->acr[k]);
		}
	}
	if (values.end > 0)
		json_write_member(b, "acr_values", buffer_span(&values));
	buffer_release(&values);
}

static void
write_methods(struct buffer *b, uint32_t methods, const char *separator, const char *quote)
{
	bool begun = false;

	for (size_t i = 0; amr_word(i); i++) {
		if (!(methods >> i & 1))
			continue;
		buffer_print(b, "%s%s%s%s", begun ? separator : "", quote, amr_word(i), quote);
		begun = true;
	}
}

/* As AuthZEN's example has it: words with a blank between. */
static void
write_amr_values(struct buffer *b, const struct decision *d)
{
	if (d->login_count == 0 || d->login_amr == 0)
		return;
	buffer_text(b, ",\"amr_values\":\"");
	write_methods(b, d->login_amr, " ", "");
	buffer_byte(b, '"');
}

void
write_all_advice(struct buffer *b, const struct decision *d)
{
	buffer_text(b, ",\"advice\":[");
	for (int reading = 0; reading < ADVICE_READINGS; reading++) {
		if (reading)
			buffer_byte(b, ',');
		write_advice(b, d, (enum advice_reading)reading);
	}
	buffer_byte(b, ']');
}

void
write_login(struct buffer *b, const struct decision *d)
{
	write_acr_values(b, d);
	write_amr_values(b, d);
	if (d->login_cut_off)
		buffer_text(b, ",\"login_search\":\"cut_off\"");
}

/* Each level asks for a login of its own; without an acr for one of them logging in would not be enough. */
void
decision_obligations_write(struct buffer *b, const struct decision *d)
{
	const struct framework *f = d->question->framework;
	size_t unmet = 0;

	for (size_t i = 0; i < d->question->demand.count; i++) {
		const struct requirement *r = &d->question->demand.items[i];

		unmet += !requirement_met(r, d->evaluation.areas[r->area].reached);
	}
	if (!d->login_suffices || unmet == 0 || d->login_count != unmet)
		return;
	for (size_t i = 0; i < d->login_count; i++)
		if (!login_level(f, &d->login[i]))
			return;
	buffer_text(b, ",\"obligations\":[");
	for (size_t i = 0; i < d->login_count; i++) {
		buffer_print(b, "%s{\"type\":\"step-up\",\"id\":\"step-up-%zu\",\"properties\":{", i ? "," : "", i + 1);
		json_write_member(b, "acr_value", login_level(f, &d->login[i])->acr[0]);
		if (d->login_amr) {
			buffer_text(b, ",\"amr_values\":[");
			write_methods(b, d->login_amr, ",", "\"");
			buffer_byte(b, ']');
		}
		buffer_text(b, "}}");
	}
	buffer_byte(b, ']');
}
