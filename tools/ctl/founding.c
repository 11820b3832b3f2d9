/* tools/ctl/founding.c - the configuration file as the founder gets it: to be read, and edited later. */
#include "ctl/founding.h"

#include <ftw.h>
#include <stdio.h>

#include "base/buffer.h"
#include "codec/text.h"

static void
line_text(struct buffer *b, const char *indent, const char *name, const char *value, const char *end)
{
	if (!value)
		return;
	buffer_print(b, "%s\"%s\": ", indent, name);
	json_write_string(b, span_text(value));
	buffer_text(b, end);
}

static void
listener_write(struct buffer *b, const struct founding *f, const char *address)
{
	buffer_text(b, "\t\t{ \"kind\": \"public\", \"address\": ");
	json_write_string(b, span_text(address));
	if (f->certificate) {
		buffer_text(b, ", \"tls\": { \"certificate\": ");
		json_write_string(b, span_text(f->certificate));
		buffer_text(b, ", \"key\": ");
		json_write_string(b, span_text(f->tls_key));
		buffer_text(b, " }");
	}
	buffer_text(b, " },\n");
}

static void
listeners_write(struct buffer *b, const struct founding *f)
{
	static const char *const plain = "127.0.0.1:8080", *const secure = "*:8443";

	buffer_text(b,
	    "\t\"// listen\": \"public: pages, metadata, MDQ; local: health and metrics, on loopback only\",\n"
	    "\t\"listen\": [\n");
	for (size_t i = 0; i < f->listen.count; i++)
		listener_write(b, f, f->listen.items[i]);
	if (f->listen.count == 0)
		listener_write(b, f, f->certificate ? secure : plain);
	buffer_text(b, "\t\t{ \"kind\": \"local\", \"address\": ");
	json_write_string(b, span_text(f->local));
	buffer_text(b, " }\n\t],\n");
}

static void
operators_write(struct buffer *b, const struct founding *f)
{
	buffer_text(b, "\t\"// control\": \"users who may use watashictl, beside root and the daemon's own user\",\n"
	               "\t\"control\": { \"operators\": [");
	for (size_t i = 0; i < f->operators.count; i++) {
		buffer_text(b, i ? ", " : "");
		json_write_string(b, span_text(f->operators.items[i]));
	}
	buffer_text(b, "] },\n");
}

struct span
founding_configuration(struct arena *a, const struct founding *f)
{
	struct buffer b = buffer_init(1 * MIB);
	struct span text;

	buffer_text(&b,
	    "{\n\t\"//\": \"Watashi's configuration. watashid.json(5) tells all there is; watashid -t -c FILE checks "
	    "it; SIGHUP loads it anew. Relative paths start from this file's directory.\",\n");
	buffer_text(&b, "\t\"federation\": {\n");
	line_text(&b, "\t\t", "name_ja", f->name_ja, ",\n");
	line_text(&b, "\t\t", "name_en", f->name_en, ",\n");
	line_text(&b, "\t\t", "operator_ja", f->operator_ja, ",\n");
	line_text(&b, "\t\t", "operator_en", f->operator_en, ",\n");
	line_text(&b, "\t\t", "territory", f->territory, ",\n");
	line_text(&b, "\t\t", "base_url", f->base_url, ",\n");
	line_text(&b, "\t\t", "registration_authority", f->registration_authority, ",\n");
	line_text(&b, "\t\t", "registration_policy", f->registration_policy, ",\n");
	line_text(&b, "\t\t", "publisher", f->publisher, "\n\t},\n");
	if (f->user)
		buffer_text(&b, "\t\"// user\": \"whom the processes run as when root starts the daemon\",\n");
	line_text(&b, "\t", "user", f->user, ",\n");
	line_text(&b, "\t", "group", f->group, ",\n");
	listeners_write(&b, f);
	operators_write(&b, f);
	line_text(&b, "\t", "pages", f->pages, ",\n");
	buffer_text(&b, "\t\"// keys\": \"signing keys; a backup of the store does not hold them\",\n"
	                "\t\"keys\": \"keys\",\n"
	                "\t\"store\": { \"directory\": \"store\" },\n"
	                "\t\"generations\": \"generations\",\n"
	                "\t\"run\": \"run\"\n"
	                "}\n");
	text = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static int
on_entry(const char *path, const struct stat *found, int kind, struct FTW *where)
{
	(void)found;
	(void)kind;
	(void)where;
	return remove(path);
}

void
founding_remove(const char *directory)
{
	nftw(directory, on_entry, 16, FTW_DEPTH | FTW_PHYS);
}
