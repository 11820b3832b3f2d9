/* base/log.h - one line per state change: `time level process event key=value …` on standard error.
 *
 * The event names what happened ("recorder.ready", "config.refused"); the rest is key=value. Values from
 * outside go through LOG_SPAN, which quotes and bounds them; secrets and attribute values never get here.
 */
#pragma once

#include "base/span.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* `process` ("worker-2") is copied. Lines above `level` are not written. */
void log_open(const char *process, enum log_level level);

/* "error", "warning", "info", "debug". */
bool log_level_read(struct span, enum log_level *out);

#define log_error(event, ...) log_line(LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define log_warning(event, ...) log_line(LOG_LEVEL_WARNING, event, __VA_ARGS__)
#define log_info(event, ...) log_line(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) log_line(LOG_LEVEL_DEBUG, event, __VA_ARGS__)
void log_line(enum log_level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A value in quotes, at most 200 bytes of it, with everything but printable ASCII written \xNN.
 *     log_warning("import.refused", "entity=%s", LOG_SPAN(id)); */
struct log_quoted {
	char text[824];
};
struct log_quoted log_quote(struct span);
#define LOG_SPAN(s) (log_quote(s).text)
#define LOG_TEXT(t) (log_quote(span_text(t)).text)
