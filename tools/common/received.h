/* tools/common/received.h - what libcurl receives. */
#pragma once

#include <stddef.h>

/* CURLOPT_WRITEFUNCTION; WRITEDATA is a struct buffer, and more than it may hold ends the transfer. */
size_t on_received(char *data, size_t size, size_t count, void *buffer);
