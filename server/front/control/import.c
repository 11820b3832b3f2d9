/* front/control/import.c - `POST /v1/control/import?source=…`: a metadata file taken into the registry, or tried. */
#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/metadata.h"

/* An import may refuse every entity of a large file, each with its reason. */
#define ANSWER_LARGEST (64 * MIB)

static enum err
source_read(struct span value, struct arena *arena, const char **out, struct problem *why)
{
	if (value.size < 1 || value.size > 200 || !utf8_valid(value))
		return problem_set(why, ERR_SYNTAX, "", "source: expected a name of 1 to 200 bytes, found %zu bytes",
		    value.size);
	for (size_t i = 0; i < value.size; i++)
		if (value.data[i] < 0x20 || value.data[i] == 0x7f)
			return problem_set(why, ERR_SYNTAX, "",
			    "source: expected no control character, found one at byte %zu", i);
	*out = arena_text(arena, value);
	return OK;
}

enum import_parameter { IMPORT_SOURCE, IMPORT_DRY_RUN, IMPORT_KEEP_MISSING, IMPORT_ALLOW_EMPTY, IMPORT_PARAMETERS };
static const char *const import_parameters[] = {
	[IMPORT_SOURCE] = "source",
	[IMPORT_DRY_RUN] = "dry_run",
	[IMPORT_KEEP_MISSING] = "keep_missing",
	[IMPORT_ALLOW_EMPTY] = "allow_empty",
};

static enum err
import_read(struct exchange *e, const struct control *c, struct import *out, struct problem *why)
{
	struct span values[IMPORT_PARAMETERS] = { 0 };

	/* Of a file nobody signed nothing is believed that is the registry's to say. */
	*out = (struct import){ .document = e->body, .actor = request_actor(e), .validator = c->settings.validator };
	if (request_query(e, import_parameters, values, COUNT(values), why) != OK ||
	    source_read(values[IMPORT_SOURCE], e->arena, &out->source, why) != OK ||
	    request_flag("dry_run", values[IMPORT_DRY_RUN], &out->dry_run, why) != OK ||
	    request_flag("keep_missing", values[IMPORT_KEEP_MISSING], &out->keep_missing, why) != OK ||
	    request_flag("allow_empty", values[IMPORT_ALLOW_EMPTY], &out->allow_empty, why) != OK)
		return why->code;
	if (c->settings.approvals > 1 && !out->dry_run)
		return problem_set(why, ERR_DENIED, "",
		    "an unsigned file raises trust by one operator alone; expected a source in the configuration, or "
		    "approvals 1");
	return OK;
}

static void
write_refusals(struct buffer *b, const struct import_report *report)
{
	for (size_t i = 0; i < report->refusal_count; i++) {
		const struct metadata_refusal *r = &report->refusals[i];

		buffer_print(b, "%s{\"line\":%d,\"entity_id\":", i ? "," : "", r->line);
		json_write_string(b, r->entity_id);
		buffer_print(b, ",\"code\":\"%s\"", err_name(r->why.code));
		json_write_member(b, "reason", span_text(r->why.text));
		json_write_member(b, "clause", span_text(r->why.clause));
		buffer_text(b, "}");
	}
}

void
import_report_write(struct buffer *b, const struct import_report *report)
{
	buffer_print(b, "{\"added\":%u,\"changed\":%u,\"unchanged\":%u,\"removed\":%u,\"shrank\":%s", report->added,
	    report->changed, report->unchanged, report->removed, report->shrank ? "true" : "false");
	json_write_time(b, "valid_until", report->valid_until);
	buffer_text(b, ",\"refused\":[");
	write_refusals(b, report);
	buffer_text(b, "],\"findings\":");
	finding_counts_write(b, report->found);
	buffer_text(b, "}");
}

static void
on_import_done(void *arg, enum err err, const struct import_report *report, const struct problem *why)
{
	struct exchange *e = arg;
	const struct import *import = e->state;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		exchange_refuse(e, status_of(err), why);
		return;
	}
	log_info("import.done", "uid=%d source=%s added=%u changed=%u removed=%u refused=%zu dry_run=%d", e->peer_uid,
	    LOG_TEXT(import->source), report->added, report->changed, report->removed, report->refusal_count,
	    import->dry_run);
	b = buffer_init(ANSWER_LARGEST);
	import_report_write(&b, report);
	request_answer(e, &b);
}

void
import_metadata(struct exchange *e, void *front)
{
	struct control *c = front;
	struct problem why;
	struct import *import = arena_new(e->arena, struct import);

	if (!request_allowed(e, c))
		return;
	if (import_read(e, c, import, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	e->state = import;
	exchange_hold(e, import_start(c->loop, c->store, import, on_import_done, e));
}
