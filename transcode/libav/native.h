// Functions that go-astiav does not offer. All of them return to Go before anything else happens: no callback enters Go,
// and no pointer into Go memory is kept.
#ifndef VANTAGE_LIBAV_NATIVE_H
#define VANTAGE_LIBAV_NATIVE_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/buffer.h>
#include <libavutil/channel_layout.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#include <stdlib.h>

// vantage_log_init silences libav but for the lines that vantage_open catches.
void vantage_log_init(void);

// vantage_open is avcodec_open2 that also copies the error lines logged meanwhile by this thread into msg.
int vantage_open(AVCodecContext *ctx, const AVCodec *codec, AVDictionary **options, char *msg, size_t size);

// vantage_watch makes a decoder count the references that it misses, vantage_losses returns and clears the count, and vantage_unwatch
// must be called before the context is freed.
int vantage_watch(AVCodecContext *ctx);
int vantage_losses(AVCodecContext *ctx);
void vantage_unwatch(AVCodecContext *ctx);

// vantage_device opens a hardware device and catches error lines in the same way.
int vantage_device(AVBufferRef **device, int type, char *msg, size_t size);

// vantage_pool_frame gives f, which has no buffers, a picture out of pool.
int vantage_pool_frame(AVBufferPool *pool, AVFrame *f, int format, int width, int height, int align);

// vantage_ref_planes makes dst, which is empty, another reference on the picture memory of src, without its side data and times.
int vantage_ref_planes(AVFrame *dst, const AVFrame *src);

// vantage_scaler returns a scaling context between two sizes and formats that also maps sample ranges (0 limited, 1 full).
struct SwsContext *vantage_scaler(int sw, int sh, int sformat, int srange, int dw, int dh, int dformat, int drange, int flags);

int vantage_scale(struct SwsContext *s, const AVFrame *src, AVFrame *dst);

// vantage_resampler returns a converter to interleaved floats.
struct SwrContext *vantage_resampler(const AVChannelLayout *layout, int format, int rate, int out_channels, int out_rate);

// vantage_resample converts in (NULL drains) into at most count samples of each channel and returns their number.
int vantage_resample(struct SwrContext *s, float *out, int count, const AVFrame *in);

// vantage_roi replaces the regions of interest of f by count records; 0 removes them.
int vantage_roi(AVFrame *f, const AVRegionOfInterest *records, int count);

// vantage_hwframes makes a pool of device pictures.
int vantage_hwframes(AVBufferRef *device, AVBufferRef **frames, int format, int sw_format, int width, int height, int count);

#endif
