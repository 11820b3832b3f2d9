/* front/desk/case_writing.c - a case as the desk's page is told of it. */
#include "codec/json_writer.h"
#include "codec/qr.h"
#include "front/desk/visit.h"

static void
write_similar(struct buffer *b, const struct desk_case *c)
{
	json_write_name(b, "similar");
	buffer_byte(b, '[');
	for (size_t i = 0; i < c->similar_count; i++) {
		const struct desk_similar *s = &c->similar[i];

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "account", span_text(s->number));
		json_write_member(b, "settled", span_text(desk_settled_name(s->settled)));
		json_write_member_or_null(b, "by", span_text(s->by));
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_application(struct buffer *b, const struct desk_application *a)
{
	json_write_name(b, "attributes");
	buffer_byte(b, '{');
	json_write_member(b, "name", a->name);
	json_write_member(b, "birthdate", a->birthdate);
	json_write_member(b, "gender", a->gender);
	json_write_member(b, "address", a->address);
	buffer_byte(b, '}');
	json_write_member(b, "note", a->note);
}

static enum err
write_handover(struct buffer *b, struct arena *arena, const struct person_settings *settings,
    const struct desk_code *code, struct problem *why)
{
	const char *link = arena_print(arena, "%.*sdesk/take/#%s", SPAN_ARGS(settings->base_url), code->text);
	struct span svg;

	if (qr_svg(arena, span_text(link), "QR", &svg, why) != OK)
		return why->code;
	json_write_name(b, "handover");
	buffer_byte(b, '{');
	json_write_member(b, "code", span_text(code->text));
	json_write_member(b, "link", span_text(link));
	json_write_member(b, "qr", svg);
	json_write_time(b, "until", code->until);
	buffer_byte(b, '}');
	return OK;
}

enum err
desk_case_tell(struct buffer *b, struct arena *arena, const struct person_settings *settings,
    const struct desk_result *result, struct problem *why)
{
	const struct desk_case *c = &result->at_desk;
	bool is_over = c->state == DESK_COMPLETED || c->state == DESK_WITHDRAWN;

	buffer_byte(b, '{');
	json_write_id(b, "id", &c->id);
	json_write_member(b, "state", span_text(desk_state_name(c->state)));
	json_write_time(b, "opened", c->opened);
	json_write_time(b, "changed", c->changed);
	json_write_name(b, "registrars");
	buffer_print(b, "[\"%s\"", c->registrars[0].number);
	if (*c->registrars[1].number)
		buffer_print(b, ",\"%s\"", c->registrars[1].number);
	buffer_byte(b, ']');
	json_write_member_or_null(b, "account", span_text(c->number));
	json_write_name(b, "evidence");
	desk_evidence_tell(b, &c->evidence);
	write_similar(b, c);
	json_write_name(b, "takes_two");
	buffer_text(b, desk_case_takes_two(c) ? "true" : "false");
	json_write_time_or_null(b, "until", is_over ? (struct instant){ 0 } : instant_after(c->opened, DESK_OPEN_FOR));
	if (result->application.name.size)
		write_application(b, &result->application);
	if (c->state == DESK_COMPLETED)
		json_write_id(b, "record", &c->record);
	if (*result->code.text) {
		json_write_name(b, "kept");
		buffer_text(b, result->kept ? "true" : "false");
	}
	if (*result->code.text && write_handover(b, arena, settings, &result->code, why) != OK)
		return why->code;
	buffer_byte(b, '}');
	return OK;
}
