/* front/authzen/configuration.c - where the decision point is and what it can (Authorization API 1.0 s9). */
#include "codec/text.h"
#include "front/authzen/front.h"

static const struct {
	const char *name, *path;
} endpoints[] = {
	{ "access_evaluation_endpoint", "/access/v1/evaluation" },
	{ "access_evaluations_endpoint", "/access/v1/evaluations" },
	{ "search_subject_endpoint", "/access/v1/search/subject" },
	{ "search_resource_endpoint", "/access/v1/search/resource" },
	{ "search_action_endpoint", "/access/v1/search/action" },
};

void
serve_configuration(struct exchange *e, void *arg)
{
	const struct authzen_front *front = arg;
	struct buffer b = buffer_init(16 * KIB);

	buffer_text(&b, "{\"policy_decision_point\":");
	json_write_string(&b, span_text(front->base_url));
	for (size_t i = 0; i < COUNT(endpoints); i++) {
		buffer_print(&b, ",\"%s\":", endpoints[i].name);
		json_write_string(&b, span_text(arena_print(e->arena, "%s%s", front->base_url, endpoints[i].path)));
	}
	buffer_text(&b, ",\"supported_obligations\":[\"step-up\"]}");
	exchange_reply(e, &(struct reply){
		.status = 200,
		.fields = span_text("Content-Type: application/json\r\nCache-Control: max-age=300\r\n"),
		.body = buffer_span(&b),
	});
	buffer_release(&b);
}
