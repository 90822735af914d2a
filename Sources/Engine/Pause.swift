import Foundation

/// Waits on the engine's own thread: it has nothing else to do until the store answers again.
public enum Pause {
    public static func wait(_ duration: Duration) {
        let parts = duration.components
        usleep(useconds_t(parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000))
    }
}
