/** Long enough to reload, to kill a node, or to stop in the middle of. */
export const STORY = `## The three keepers

Once there were three keepers of a great book. Whatever a traveller told them, they wrote down, and each of them had a copy of the book in a house of their own.

They had one rule: *a line counts when two of us have written it.* Not when one had heard it, not when all three had nodded, but when two had put down the pen and the ink was dry.

One of them led. She gave every line its number, read it aloud, and waited. When the second keeper said "written", she told the traveller: "Your line is number forty-two, and it will be number forty-two for ever."

One night lightning struck her house. The two others saw that her window was dark. They did not quarrel. One asked: "If I offered to lead, would you follow me?" He asked **before** he raised his voice, so as not to wake the valley for nothing. The other looked at the last line in his own book, compared, and said: "You have all that I have. I would."

And so the next line was written a moment later, and its number was forty-three.

In the morning the first keeper came back, singed but whole. She did not claim the chair. She asked what she had missed, copied line after line, and took her place among the listeners.

The travellers noticed little. Some said that there had been a pause, about as long as a breath. Nobody ever had to tell a line twice, and nobody ever found a line that was missing, or one that stood there two times.

Down in the town lived an archivist, who came by every now and then, and copied the book for the library. Some days he was ill, and stayed away. The keepers did not wait for him. When he was well again he brought a larger basket.

And if the ink has not faded, the book is still growing: one line, one number, two dry copies at a time.`;
