"""Files to tokens: audio, TextGrids, speakers, discovery."""
