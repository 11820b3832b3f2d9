/* registry/finding.c - findings as records and as JSON. */
#include "registry/finding.h"

#include <assert.h>

#include "base/record.h"
#include "codec/json_writer.h"
#include "codec/text.h"

#define FINDINGS_FORMAT 1

const struct table finding_table = { "finding", ROLE_BIT(ROLE_STEWARD), 0 };

const char *
finding_level_name(enum finding_level level)
{
	static const char *const names[] = { "none", "warning", "error" };

	return names[level];
}

/* Records */

static void
write_list(struct buffer *b, const struct rule_finding *list, size_t count)
{
	assert(count <= FINDINGS_OF_ENTITY);
	buffer_u16(b, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		buffer_u8(b, (uint8_t)list[i].level);
		buffer_instant(b, list[i].error_from);
		buffer_block(b, list[i].rule);
		buffer_block(b, list[i].element);
		buffer_block(b, list[i].found);
		buffer_block(b, list[i].right_ja);
		buffer_block(b, list[i].right_en);
		buffer_block(b, list[i].clause);
	}
}

void
findings_write(struct buffer *b, const struct findings *f)
{
	buffer_u8(b, FINDINGS_FORMAT);
	buffer_instant(b, f->looked);
	buffer_instant(b, f->refused_at);
	write_list(b, f->published, f->published_count);
	write_list(b, f->refused, f->refused_count);
}

static bool
read_list(struct arena *arena, struct record *r, struct rule_finding **out, size_t *count)
{
	size_t n = record_u16(r);

	if (n > FINDINGS_OF_ENTITY)
		return false;
	*count = n;
	*out = arena_array(arena, struct rule_finding, n);
	for (size_t i = 0; i < n; i++) {
		struct rule_finding *f = &(*out)[i];
		uint8_t level = record_u8(r);

		if (level > FINDING_ERROR)
			return false;
		f->level = (enum finding_level)level;
		f->error_from = record_instant(r);
		f->rule = record_block(r);
		f->element = record_block(r);
		f->found = record_block(r);
		f->right_ja = record_block(r);
		f->right_en = record_block(r);
		f->clause = record_block(r);
	}
	return !r->broken;
}

bool
findings_read(struct arena *arena, struct span value, struct findings *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r);

	*out = (struct findings){ .looked = record_instant(&r) };
	out->refused_at = record_instant(&r);
	return format == FINDINGS_FORMAT && read_list(arena, &r, &out->published, &out->published_count) &&
	    read_list(arena, &r, &out->refused, &out->refused_count) && record_whole(&r);
}

/* JSON */

static void
write_finding(struct buffer *b, const struct rule_finding *f)
{
	char from[INSTANT_TEXT];

	buffer_byte(b, '{');
	json_write_member(b, "rule", f->rule);
	json_write_member(b, "level", span_text(finding_level_name(f->level)));
	json_write_member(b, "element", f->element);
	json_write_member(b, "found", f->found);
	buffer_text(b, ",\"right\":{\"ja\":");
	json_write_string(b, f->right_ja);
	json_write_member(b, "en", f->right_en);
	buffer_byte(b, '}');
	json_write_member(b, "clause", f->clause);
	if (f->error_from.us)
		json_write_member(b, "error_from", span_text(instant_text(f->error_from, from)));
	if (f->member.size)
		json_write_member(b, "member", f->member);
	if (f->entity_id.size)
		json_write_member(b, "entity_id", f->entity_id);
	buffer_byte(b, '}');
}

void
findings_write_json(struct buffer *b, const struct rule_finding *list, size_t count)
{
	buffer_byte(b, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_byte(b, ',');
		write_finding(b, &list[i]);
	}
	buffer_byte(b, ']');
}

/* Counting */

/* There are some dozens of rules: beyond FINDING_RULES nothing is counted. */
static struct finding_count *
count_of(struct finding_tally *t, struct span rule)
{
	size_t at = 0;

	while (at < t->count && span_compare(span_text(t->rules[at].rule), rule) < 0)
		at++;
	if (at < t->count && span_is(rule, t->rules[at].rule))
		return &t->rules[at];
	if (t->count == FINDING_RULES || rule.size >= sizeof(t->rules[at].rule))
		return NULL;
	memmove(&t->rules[at + 1], &t->rules[at], (t->count - at) * sizeof(t->rules[at]));
	t->count++;
	t->rules[at] = (struct finding_count){ 0 };
	memcpy(t->rules[at].rule, rule.data, rule.size);
	return &t->rules[at];
}

void
finding_tally_add(struct finding_tally *t, const struct rule_finding *f)
{
	struct finding_count *c = count_of(t, f->rule);

	if (!c)
		return;
	c->errors += f->level == FINDING_ERROR;
	c->warnings += f->level == FINDING_WARNING;
}
