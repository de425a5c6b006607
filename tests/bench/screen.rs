//! What stands on the screen: an X server is asked for pixels, since no program tells when it has painted.

use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};
use x11rb::rust_connection::RustConnection;

/// Where both windows show content and nothing else: in Gatepass the rows of the sidebar.
const AREA: (i16, i16, u16, u16) = (10, 112, 230, 200);
/// So many pixels are a word.
const WORD: usize = 20;

pub struct Screen {
    connection: RustConnection,
    root: u32,
}

impl Screen {
    /// The screen that `DISPLAY` names.
    pub fn open() -> Self {
        let (connection, number) = x11rb::connect(None).expect("an X server");
        let root = connection.setup().roots[number].root;
        Self { connection, root }
    }

    /// Waits until a word stands in the area.
    pub async fn until_painted(&self) {
        for _ in 0..10_000 {
            if self.pixels_of_words() >= WORD {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("no window painted anything");
    }

    /// Waits until nothing of an earlier window is left.
    pub async fn until_clear(&self) {
        for _ in 0..10_000 {
            if self.pixels_of_words() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("an earlier window did not go away");
    }

    /// How many pixels of the area are not of its background.
    fn pixels_of_words(&self) -> usize {
        let (x, y, width, height) = AREA;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, !0)
            .expect("the X server is there")
            .reply()
            .expect("a picture of the screen");
        let pixels: Vec<&[u8]> = image.data.chunks_exact(4).map(|pixel| &pixel[..3]).collect();
        let background = pixels[0];
        pixels.iter().filter(|pixel| **pixel != background).count()
    }
}
