# Bookings, and what the crew tells about them.

state-held = 🟡 Tempat ditahan
state-billed = 🟡 Menunggu pembayaran
state-paid = 🟢 Sudah terbayar
state-attended = 🔵 Sudah dilayani
state-no-show = ⚫ Tidak hadir
state-released = ⚪ Tempat dilepas
state-expired = 🔴 Kedaluwarsa
state-cancelled = ⚪ Dibatalkan
state-refund-due = 🟠 Menunggu pengembalian dana

bookings-title = <b>Permohonan Anda</b>
bookings-none = Anda belum punya permohonan. Ketuk “Ajukan paspor” untuk memulai.
bookings-line = { $state }
    { $office } · { $slot }
    Nomor { $number }
booking-facts = <b>{ $state }</b>

    Nomor: <b>{ $number }</b>
    Kantor Imigrasi { $office }
    { $slot }
booking-amount = Biaya: <b>{ $amount }</b>
booking-unknown = Permohonan ini sedang tidak dapat ditampilkan. Coba lagi sebentar lagi.
booking-not-found = ⚠️ Permohonan itu tidak ada dalam daftar Anda.

next-held = Tempat sedang ditahan. Selesaikan dan kirim permohonannya.
next-billed =
    Kode bayar: <code>{ $code }</code>
    ({ $grouped })
    Bayar sebelum <b>{ $until }</b>.

    <b>Cara bayar</b>
    • ATM atau m-banking: menu Penerimaan Negara / MPN, ketik kode bayar.
    • Teller bank atau kantor pos: sebutkan kode bayar.
    • Marketplace: menu Penerimaan Negara, ketik kode bayar.

    Status di sini berubah sendiri setelah dibayar. Jangan bayar lewat orang lain atau rekening pribadi.
next-paid = Datanglah 15 menit sebelum jadwal dengan bukti dan dokumen asli. Nomor permohonan bukan nomor antrean di kantor.
next-attended = Terima kasih, permohonan ini sudah dilayani di kantor.
next-no-show = Jadwal sudah lewat tanpa kehadiran, sehingga biaya hangus. Silakan ajukan permohonan baru.
next-released = Tempatnya sudah dilepas. Ketuk “Ajukan lagi” untuk memilih jadwal baru; jawaban Anda tersimpan.
next-expired = Kode bayar sudah tidak berlaku dan tempatnya dilepas. Ketuk “Ajukan lagi”: jawaban Anda tersimpan.
next-cancelled = Permohonan ini dibatalkan. Ketuk “Ajukan lagi” bila berubah pikiran; jawaban Anda tersimpan.
next-refund-due = Uang Anda tercatat dan akan dikembalikan lewat kantor imigrasi. Tunjukkan nomor permohonan ini di sana.

billed = ✅ <b>Kode bayar sudah terbit.</b> Silakan bayar sebelum batas waktunya.
billed-elsewhere = ✅ <b>Kode bayar sudah terbit.</b>
    Kode: <code>{ $code }</code>
    Biaya: <b>{ $amount }</b>
    Bayar sebelum <b>{ $until }</b>. Cara bayar ada di “Lihat permohonan ini”.
bill-reminder = ⏰ Kode bayar <code>{ $code }</code> berlaku sampai <b>{ $until }</b>. Bayar sebelum itu agar tempat Anda tidak dilepas.
expired = 🔴 <b>Kode bayar kedaluwarsa.</b> Permohonan di { $office }, { $slot }, belum dibayar, jadi tempatnya dilepas. Ketuk “Ajukan lagi”: jawaban Anda tersimpan, tinggal pilih jadwal.
cancelling = <b>Batalkan permohonan ini?</b>
    { $office } · { $slot }
    Kode bayarnya tidak berlaku lagi dan tempatnya dilepas.
cancel-waiting = ⏳ Sedang dibatalkan… Layar ini berganti sendiri.
cancelled = ⚪ Permohonan di { $office }, { $slot }, sudah dibatalkan. Jangan bayar kodenya lagi.
refused = ⚠️ Itu tidak dapat dilakukan lagi, karena keadaan permohonan sudah berubah. Lihat statusnya di bawah atau lewat /status.

proof-title = 🎫 Bukti permohonan
paid = 🟢 Sudah terbayar. Terima kasih!
paid-late = 🟢 Sudah terbayar. Uang Anda datang setelah batas waktu, tetapi tempatnya masih ada dan kembali menjadi milik Anda.
moved = 🟢 Jadwal sudah diganti. Ini bukti yang baru; bukti lama tidak berlaku lagi.
eve-reminder = 📅 Besok jadwal Anda di kantor imigrasi.
proof = <b>{ $title }</b>

    Nomor: <b>{ $number }</b>
    Kantor Imigrasi { $office }
    { $slot }

    Tunjukkan kode QR ini di kantor. Datang 15 menit lebih awal dengan dokumen asli.
refund-late = 🟠 <b>Uang Anda sudah kami terima ({ $amount }), tetapi terlambat dan tempatnya sudah diambil orang lain.</b> Uang itu akan dikembalikan. Bawa nomor { $number } ke kantor imigrasi, atau lihat /status.
refund-twice = 🟠 <b>Permohonan { $number } terbayar dua kali.</b> Kelebihan { $amount } akan dikembalikan. Jadwal Anda tidak berubah; bawa nomor itu ke kantor imigrasi.

move-ask-date = <b>Ganti jadwal · pilih tanggal</b>
    Jadwal sekarang: { $from }
    Pilih tanggal baru di { $office }. Jadwal lama tetap milik Anda sampai yang baru pasti.
move-ask-hour = <b>Ganti jadwal · pilih jam</b>
    Jadwal sekarang: { $from }
    Pilih jam pada { $date } ({ $zone }).
move-confirm = <b>Ganti jadwal ini?</b>
    Dari: { $from }
    Menjadi: <b>{ $to }</b>
    Satu permohonan hanya dapat diganti jadwalnya { $moves } kali.
move-waiting = ⏳ Sedang mengganti jadwal ke <b>{ $to }</b>… Layar ini berganti sendiri.
moved-from = ✓ Jadwal lama sudah dilepas: { $from }.
move-full = 🔴 Maaf, jam { $window } sudah penuh. Jadwal lama Anda tetap berlaku.
    { $nearest }
move-full-elsewhere = 🔴 Jadwal tidak diganti: jam yang dipilih sudah penuh. Jadwal lama Anda tetap berlaku.
move-used-up = ⚠️ Permohonan ini sudah pernah diganti jadwalnya dan tidak dapat diganti lagi. Jadwal Anda tetap.
move-too-late = ⚠️ Jadwal hanya dapat diganti paling lambat sehari sebelumnya (H-1). Jadwal Anda tetap.
move-not-paid = ⚠️ Hanya permohonan yang sudah terbayar yang dapat diganti jadwalnya.
move-unfit = ⚠️ Jadwal tidak dapat dipindah ke sana. Jadwal Anda tetap; silakan pilih yang lain.
