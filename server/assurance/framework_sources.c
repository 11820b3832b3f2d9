/* assurance/framework_sources.c - the documents a framework is made from, and their clauses, read: sources.json. */
#include "assurance/framework_reading.h"

#define SOURCES_LARGEST 64
#define CLAUSES_LARGEST 512
#define CLAUSE_LARGEST 100
#define VERSION_LARGEST 100
#define URL_LARGEST 500

static void
read_clauses(struct place array, struct policy_source *source)
{
	struct clause *clauses;

	source->clause_count = place_count_within(array, 1, CLAUSES_LARGEST);
	source->clauses = clauses = arena_array(array.document->arena, struct clause, source->clause_count);
	for (size_t i = 0; i < source->clause_count; i++) {
		struct place p = place_element(array, i), at = place_member(p, "at");

		clauses[i] = (struct clause){
			.at = policy_line(at, CLAUSE_LARGEST),
			.title = policy_title(place_member(p, "title"), NEEDED),
			.excluded = policy_text(place_member(p, "excluded"), OPTIONAL),
		};
		for (size_t n = 0; n < i; n++)
			policy_once(at, clauses[i].at, span_equal(clauses[n].at, clauses[i].at));
	}
}

static struct policy_source
read_source(struct place p)
{
	struct place url = place_member(p, "url");
	struct policy_source source = {
		.id = policy_id(place_member(p, "id")),
		.title = policy_title(place_member(p, "title"), NEEDED),
		.version = policy_line(place_member(p, "version"), VERSION_LARGEST),
		.date = policy_line(place_member(p, "date"), VERSION_LARGEST),
	};

	if (place_exists(url))
		source.url = policy_line(url, URL_LARGEST);
	if (source.url.size && !span_starts(source.url, "https://") && !span_starts(source.url, "http://"))
		place_fail(url, "an http or https URL", NULL);
	read_clauses(place_member(p, "clauses"), &source);
	return source;
}

void
framework_read_sources(struct framework_reading *r)
{
	struct place array = place_member(framework_file(r, "sources.json"), "documents");
	struct policy_source *list;

	r->framework->source_count = place_count_within(array, 1, SOURCES_LARGEST);
	r->framework->sources = list = arena_array(r->arena, struct policy_source, r->framework->source_count);
	for (size_t i = 0; i < r->framework->source_count; i++) {
		struct place p = place_element(array, i);

		list[i] = read_source(p);
		for (size_t n = 0; n < i; n++)
			policy_once(place_member(p, "id"), list[i].id, span_equal(list[n].id, list[i].id));
	}
}
