//! Time and tasks: a queue of what happens when, and futures that wait only for it.
//!
//! Each poll of a task is what a Durable Object runs between two awaits: the object it belongs to commits when the poll
//! returns, or loses it all when a crash was due in it. Nothing leaves an object but through a [`Delay`], so a poll that
//! is taken back has told nobody.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake as Wakes, Waker};

/// What the queue holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    /// A task goes on.
    Task(usize),
    /// A wait ends.
    Timer(usize),
    /// An object's alarm may be due.
    Alarm(usize),
    /// A chain makes a block.
    Mine(usize),
    /// An action of the plan.
    Act(usize),
    /// A mended fault ends, by its number.
    Mend(usize),
}

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// A future and the object it runs in.
pub struct Task {
    /// The object, for work inside one.
    pub owner: Option<usize>,
    /// What is left to do.
    pub work: Work,
}

/// Time, the queue, and the tasks.
#[derive(Default)]
pub struct Engine {
    now_ms: Cell<i64>,
    sequence: Cell<u64>,
    queue: RefCell<BinaryHeap<Reverse<(i64, u64, Wake)>>>,
    tasks: RefCell<Vec<Option<Task>>>,
    timers: RefCell<Vec<Option<Waker>>>,
    ready: Ready,
}

/// Tasks that were woken. Wakers must be shareable between threads, though here there is one.
type Ready = Arc<Mutex<Vec<usize>>>;

struct TaskWaker {
    id: usize,
    ready: Ready,
}

impl Wakes for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push(self.id);
    }
}

impl Engine {
    /// An engine at a time.
    pub fn new(now_ms: i64) -> Self {
        let engine = Self::default();
        engine.now_ms.set(now_ms);
        engine
    }

    /// The time.
    pub fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }

    /// Puts something into the queue; what is put for one time comes out in the order it was put in.
    pub fn at(&self, at_ms: i64, wake: Wake) {
        let sequence = self.sequence.get();
        self.sequence.set(sequence + 1);
        self.queue.borrow_mut().push(Reverse((at_ms.max(self.now_ms()), sequence, wake)));
    }

    /// Takes what comes next, up to a time, and moves the clock there.
    pub fn next(&self, until_ms: i64) -> Option<Wake> {
        let woken = std::mem::take(&mut *self.ready.lock().unwrap_or_else(PoisonError::into_inner));
        for id in woken {
            self.at(self.now_ms(), Wake::Task(id));
        }
        let mut queue = self.queue.borrow_mut();
        match queue.peek() {
            Some(Reverse((at_ms, ..))) if *at_ms <= until_ms => {}
            _ => return None,
        }
        let Reverse((at_ms, _, wake)) = queue.pop()?;
        self.now_ms.set(at_ms.max(self.now_ms()));
        Some(wake)
    }

    /// Moves the clock while nothing happens.
    pub fn skip_to(&self, now_ms: i64) {
        self.now_ms.set(now_ms.max(self.now_ms()));
    }

    /// Starts a task at once.
    pub fn spawn(&self, owner: Option<usize>, work: impl Future<Output = ()> + 'static) {
        let mut tasks = self.tasks.borrow_mut();
        tasks.push(Some(Task { owner, work: Box::pin(work) }));
        let id = tasks.len() - 1;
        drop(tasks);
        self.at(self.now_ms(), Wake::Task(id));
    }

    /// Takes a task out to poll it.
    pub fn take(&self, id: usize) -> Option<Task> {
        self.tasks.borrow_mut().get_mut(id).and_then(Option::take)
    }

    /// Polls a task; true once it is done.
    pub fn poll(&self, id: usize, task: &mut Task) -> bool {
        let waker = Waker::from(Arc::new(TaskWaker { id, ready: Arc::clone(&self.ready) }));
        matches!(task.work.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Ready(()))
    }

    /// Puts a task back that waits.
    pub fn put_back(&self, id: usize, task: Task) {
        self.tasks.borrow_mut()[id] = Some(task);
    }

    /// Ends a wait.
    pub fn fire(&self, timer: usize) {
        let waker = self.timers.borrow_mut()[timer].take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes away every task of an object, as its death does.
    pub fn kill(&self, owner: usize) -> Vec<Task> {
        let mut tasks = self.tasks.borrow_mut();
        let dead = |task: &&mut Option<Task>| task.as_ref().is_some_and(|task| task.owner == Some(owner));
        tasks.iter_mut().filter(dead).filter_map(Option::take).collect()
    }

    /// Whether anything runs inside an object.
    pub fn is_busy(&self, owner: usize) -> bool {
        self.tasks.borrow().iter().flatten().any(|task| task.owner == Some(owner))
    }

    /// Drops all tasks, which hold the world that holds them.
    pub fn clear(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        drop(tasks);
        self.timers.borrow_mut().clear();
    }

    /// Waits. At least a moment passes for everyone else, also where the time is 0.
    pub fn delay(self: &Rc<Self>, wait_ms: i64) -> Delay {
        Delay { engine: Rc::clone(self), due_ms: self.now_ms() + wait_ms, timer: None }
    }
}

/// A wait.
pub struct Delay {
    engine: Rc<Engine>,
    due_ms: i64,
    timer: Option<usize>,
}

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = Some(context.waker().clone());
        match self.timer {
            None => {
                let mut timers = self.engine.timers.borrow_mut();
                timers.push(waker);
                let timer = timers.len() - 1;
                self.engine.at(self.due_ms, Wake::Timer(timer));
                drop(timers);
                self.timer = Some(timer);
                Poll::Pending
            }
            Some(timer) if self.engine.timers.borrow()[timer].is_some() => {
                self.engine.timers.borrow_mut()[timer] = waker;
                Poll::Pending
            }
            Some(_) => Poll::Ready(()),
        }
    }
}

/// One answer from one task to another; `Err` if the answering one died.
pub struct Answer<T>(Rc<Slot<T>>);

struct Slot<T> {
    value: RefCell<Option<Result<T, Died>>>,
    waiter: RefCell<Option<Waker>>,
}

/// The object died before it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Died;

/// Where the answer is put; dropped unused, it says that the answering task died.
pub struct Promise<T>(Rc<Slot<T>>);

/// Makes the two ends of an answer.
pub fn answer<T>() -> (Promise<T>, Answer<T>) {
    let slot = Slot { value: RefCell::new(None), waiter: RefCell::new(None) };
    let slot = Rc::new(slot);
    (Promise(Rc::clone(&slot)), Answer(slot))
}

impl<T> Promise<T> {
    /// Gives the answer.
    pub fn keep(self, value: T) {
        *self.0.value.borrow_mut() = Some(Ok(value));
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.0.value.borrow_mut().get_or_insert(Err(Died));
        if let Some(waiter) = self.0.waiter.borrow_mut().take() {
            waiter.wake();
        }
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Died>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(value) = self.0.value.borrow_mut().take() {
            return Poll::Ready(value);
        }
        *self.0.waiter.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    }
}
