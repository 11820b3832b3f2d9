/* base/log.c - one line per state change. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static struct {
	char process[32];
	enum log_level level;
} log_state = { "watashi", LOG_LEVEL_INFO };

static const char *const levels[] = { "error", "warning", "info", "debug" };

void
log_open(const char *process, enum log_level level)
{
	snprintf(log_state.process, sizeof(log_state.process), "%s", process);
	log_state.level = level;
}

bool
log_level_read(struct span s, enum log_level *out)
{
	for (size_t i = 0; i < COUNT(levels); i++)
		if (span_is(s, levels[i])) {
			*out = (enum log_level)i;
			return true;
		}
	return false;
}

struct log_quoted
log_quote(struct span s)
{
	static const char hex[] = "0123456789abcdef";
	struct log_quoted q;
	size_t at = 0;

	q.text[at++] = '"';
	for (size_t i = 0; i < s.size && i < 200; i++) {
		uint8_t c = s.data[i];

		if (c == '"' || c == '\\') {
			q.text[at++] = '\\';
			q.text[at++] = (char)c;
		} else if (c >= 0x20 && c < 0x7f) {
			q.text[at++] = (char)c;
		} else {
			q.text[at++] = '\\';
			q.text[at++] = 'x';
			q.text[at++] = hex[c >> 4];
			q.text[at++] = hex[c & 15];
		}
	}
	q.text[at++] = '"';
	if (s.size > 200) {
		memcpy(q.text + at, "...", 3);
		at += 3;
	}
	q.text[at] = '\0';
	return q;
}

void
log_line(enum log_level level, const char *event, const char *format, ...)
{
	char line[4096], when[INSTANT_TEXT];
	va_list args;
	int used;
	size_t size;

	if (level > log_state.level)
		return;
	used = snprintf(line, sizeof(line), "%s %s %s %s ", instant_text(clock_now(), when), levels[level],
	    log_state.process, event);
	if (used < 0)
		return;
	va_start(args, format);
	vsnprintf(line + used, sizeof(line) - (size_t)used, format, args);
	va_end(args);
	size = strlen(line);
	if (size > sizeof(line) - 2)
		size = sizeof(line) - 2;
	line[size++] = '\n';
	/* One write, so that lines of several processes do not mix; a full pipe is not worth waiting for. */
	if (write(STDERR_FILENO, line, size) < 0)
		return;
}
