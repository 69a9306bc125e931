//! A clock that can be moved, for a program that knows nothing of it: a shared library that is loaded before libc
//! (`LD_PRELOAD`) and adds to the time of day what a file says. Linux only. libfaketime would do the same, but the Workers
//! runtime hangs under it: it asks for the time before its allocator stands, so nothing in here may allocate.
//!
//!   rustc --edition 2024 -O -C panic=abort --crate-type cdylib tests/stand-ins/clock.rs -o clock.so
//!   LD_PRELOAD=clock.so GROAT_CLOCK=file …     the file's first eight bytes: milliseconds, a little-endian i64
//!
//! The clock that measures lengths of time (CLOCK_MONOTONIC) stays true, as it does when a machine's clock is set.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::ptr::{null_mut, with_exposed_provenance_mut};
use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering};

#[cfg(target_arch = "x86_64")]
const SYS_CLOCK_GETTIME: c_long = 228;
#[cfg(target_arch = "aarch64")]
const SYS_CLOCK_GETTIME: c_long = 113;
const REALTIME: c_int = 0;
const REALTIME_COARSE: c_int = 5;

const O_RDONLY: c_int = 0;
const PROT_READ: c_int = 1;
const MAP_SHARED: c_int = 1;
const PAGE: usize = 4096;
const FAILED: usize = usize::MAX;

#[repr(C)]
pub struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

#[repr(C)]
pub struct Timeval {
    seconds: i64,
    microseconds: i64,
}

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn getenv(name: *const c_char) -> *const c_char;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn mmap(at: *mut c_void, length: usize, protection: c_int, flags: c_int, file: c_int, offset: i64) -> *mut c_void;
}

/// The file in memory, once it was asked for. A file that is not there moves nothing.
static FILE: AtomicPtr<AtomicI64> = AtomicPtr::new(null_mut());
static NOTHING: AtomicI64 = AtomicI64::new(0);
const NAME: &CStr = c"GROAT_CLOCK";

fn offset_ms() -> i64 {
    let known = FILE.load(Ordering::Relaxed);
    // SAFETY: it points to NOTHING or to a page that stays mapped.
    if let Some(offset) = unsafe { known.as_ref() } {
        return offset.load(Ordering::Relaxed);
    }
    // SAFETY: plain calls of libc with texts that end in zero.
    let page = unsafe {
        let path = getenv(NAME.as_ptr());
        let file = if path.is_null() { -1 } else { open(path, O_RDONLY) };
        if file < 0 { with_exposed_provenance_mut(FAILED) } else { mmap(null_mut(), PAGE, PROT_READ, MAP_SHARED, file, 0) }
    };
    let found = if page.addr() == FAILED { (&raw const NOTHING).cast_mut() } else { page.cast() };
    FILE.store(found, Ordering::Relaxed);
    offset_ms()
}

/// The true time, moved.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int {
    // SAFETY: the caller's pointer, as libc would write to it.
    let result = unsafe { syscall(SYS_CLOCK_GETTIME, c_long::from(clock), time) };
    if result == 0 && matches!(clock, REALTIME | REALTIME_COARSE) {
        // SAFETY: the call has just written there.
        let time = unsafe { &mut *time };
        let milliseconds = time.seconds * 1_000 + offset_ms();
        time.seconds = milliseconds.div_euclid(1_000);
        time.nanoseconds += milliseconds.rem_euclid(1_000) * 1_000_000;
        if time.nanoseconds >= 1_000_000_000 {
            time.seconds += 1;
            time.nanoseconds -= 1_000_000_000;
        }
    }
    if result == 0 { 0 } else { -1 }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut Timeval, _zone: *mut c_void) -> c_int {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: our own place, and the caller's pointer as libc would write to it.
    unsafe {
        clock_gettime(REALTIME, &raw mut now);
        if let Some(time) = time.as_mut() {
            *time = Timeval { seconds: now.seconds, microseconds: now.nanoseconds / 1_000 };
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(place: *mut i64) -> i64 {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: as above.
    unsafe {
        clock_gettime(REALTIME, &raw mut now);
        if let Some(place) = place.as_mut() {
            *place = now.seconds;
        }
    }
    now.seconds
}
