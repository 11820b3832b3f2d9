/* tests/front/authzen_questions.h - what is asked on the stage of authzen_stage.h: a point that knows some users,
 * records and actions, and the parts of questions about them.
 */
#pragma once

#include "front/authzen_stage.h"

#define POLICY "\"default\":{\"framework\":\"fixture\",\"profile\":\"records\"}"
#define PROPERTIES "\"properties\":[{\"of\":\"action\",\"fact\":\"action.name\",\"otherwise\":\"other\"}," \
	"{\"of\":\"action\",\"property\":\"soft\",\"fact\":\"action.soft\"}," \
	"{\"of\":\"subject\",\"property\":\"role\",\"fact\":\"subject.role\",\"otherwise\":\"other\"}]"
#define ALICE "\"subject\":{\"type\":\"user\",\"id\":\"alice\"}"
#define RECORD "\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}"
#define ACTION(name) "\"action\":{\"name\":\"" name "\"}"
#define HARD "\"action\":{\"name\":\"delete\",\"properties\":{\"soft\":false}}"
#define PERMITTED "{" ALICE "," ACTION("read") "," RECORD "}"
#define DENIED "{" ALICE "," HARD "," RECORD "}"
#define SEARCH_USERS(type, page) "{\"subject\":{\"type\":\"" type "\",\"id\":\"ignored\"}," ACTION("write") \
	",\"resource\":{\"type\":\"record\",\"id\":\"r\"}" page "}"
#define JSON_TYPE "Content-Type: application/json\r\n"
#define TOKEN "Authorization: Bearer wt_pointxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"

static const char access_text[] = "{" POLICY "," PROPERTIES ","
    "\"subjects\":[{\"type\":\"user\",\"id\":\"alice\",\"facts\":{\"subject.role\":\"member\"}},"
    "{\"type\":\"user\",\"id\":\"bob\",\"facts\":{\"subject.role\":\"admin\"}}],"
    "\"resources\":[{\"type\":\"record\",\"id\":\"record-1\",\"facts\":{\"resource.status\":\"active\"}},"
    "{\"type\":\"record\",\"id\":\"record-2\",\"facts\":{\"resource.status\":\"archived\"}}],"
    "\"actions\":[{\"name\":\"read\"},{\"name\":\"write\"},{\"name\":\"delete\"}]}";

static inline void
questions_open(struct scene *s, uint64_t seed)
{
	scene_open(s, seed);
	scene_policy(s);
	scene_front(s, access_text);
}

/* The fixture's rules under another name or version, from another date. */
static inline void
scene_version(struct scene *s, const char *name, const char *version, const char *from)
{
	const struct dictionary *dictionary = fixture_dictionary(&s->arena);
	struct policy_files files;
	struct policy_file *manifest;
	struct problem why;

	expect_ok("the fixture's files", policy_files_read(&s->arena, fixture_path(&s->arena, "fixture/1.0"), &files,
	    &why), &why);
	manifest = (struct policy_file *)policy_file_find(&files, span_text("manifest.json"));
	manifest->text = span_text(arena_print(&s->arena, "{\"framework\":\"%s\",\"version\":\"%s\",\"title\":"
	    "{\"ja\":\"x\",\"en\":\"x\"},\"text\":{\"ja\":\"x\",\"en\":\"x\"},\"valid_from\":\"%s\"}", name, version,
	    from));
	expect_ok("its manifest", framework_manifest(&s->arena, &files, dictionary, &manifest->text, &why), &why);
	scene_publish(s, &files, dictionary, 8);
}

/* So many users and as many robots in turn; every third user is archived out of reach by its role. */
static inline const char *
access_of_many(struct arena *a, size_t count)
{
	struct buffer b = buffer_init(4 * MIB);
	const char *text;

	buffer_text(&b, "{" POLICY "," PROPERTIES ",\"subjects\":[");
	for (size_t i = 0; i < count; i++)
		buffer_print(&b, "%s{\"type\":\"robot\",\"id\":\"robot-%zu\"},{\"type\":\"user\",\"id\":\"user-%zu\","
		    "\"facts\":{\"subject.role\":\"%s\"}}", i ? "," : "", i, i, i % 3 ? "member" : "admin");
	buffer_text(&b, "],\"resources\":[{\"type\":\"record\",\"id\":\"r\","
	    "\"facts\":{\"resource.status\":\"active\"}}],\"actions\":[{\"name\":\"read\"},{\"name\":\"write\"},"
	    "{\"name\":\"fly\"}]}");
	text = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}
